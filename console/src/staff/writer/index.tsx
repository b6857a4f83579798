export { Unbuilt as default } from "../unbuilt";
