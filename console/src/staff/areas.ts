// The pages, who sees them, and where their code is. Each is loaded when it is first opened.
import type { ComponentType } from "preact";
import type { Me } from "./api";
import type { Place } from "./router";
import type { Words } from "./words";

export type Page = ComponentType<{ place: Place }>;
export type Area = { name: string; title: Words; roles: Me["role"][]; load: () => Promise<{ default: Page }> };

export const areas: Area[] = [
  { name: "agent", title: { ko: "상담", en: "Answer" }, roles: ["agent", "lead"], load: () => import("./agent") },
  { name: "writer", title: { ko: "답변 관리", en: "Content" }, roles: ["writer", "reviewer", "lead"], load: () => import("./writer") },
  { name: "release", title: { ko: "게시", en: "Publish" }, roles: ["writer", "reviewer", "lead"], load: () => import("./release") },
  { name: "lead", title: { ko: "현황", en: "Figures" }, roles: ["lead"], load: () => import("./lead") },
  { name: "compliance", title: { ko: "준법", en: "Compliance" }, roles: ["lead"], load: () => import("./compliance") },
  { name: "operations", title: { ko: "운영", en: "Operations" }, roles: ["lead", "administrator"], load: () => import("./operations") },
];
// Opened by links, not by the menu.
export const others: Area[] = [
  { name: "turn", title: { ko: "턴", en: "Turn" }, roles: ["agent", "writer", "reviewer", "lead"], load: () => import("./turn") },
];
