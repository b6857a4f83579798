// A chart of days. What it draws is also in the table below it, so nobody needs to see it; lines differ by dash as well as by colour.
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { say } from "../words";

export type Line = { name: string; values: (number | null)[]; shown: (value: number | null) => string; total?: string; link?: string; opens?: (at: number) => string };
const light = ["#1f5275", "#b3541e", "#1f6b4a", "#7a4a9c", "#8a6d00", "#9c2b22"], dark = ["#9bcbe8", "#f0b08a", "#9bd7b8", "#d0b3e8", "#e8d27a", "#ffaca3"];
const dashes: number[][] = [[], [8, 4], [3, 3], [12, 3, 3, 3], [6, 2, 2, 2], [2, 2]];

const darkScheme = matchMedia("(prefers-color-scheme: dark)");
function useDark(): boolean {
  const [is, set] = useState(darkScheme.matches);
  useEffect(() => {
    const changed = () => set(darkScheme.matches);
    darkScheme.addEventListener("change", changed);
    return () => darkScheme.removeEventListener("change", changed);
  }, []);
  return is;
}

// `opens`: where a day's turns are; of a line, where the turns behind its number of that day are.
export function Chart({ title, note, days, lines, opens }: { title: string; note?: string; days: string[]; lines: Line[]; opens?: (at: number) => string }) {
  const place = useRef<HTMLDivElement>(null);
  const isDark = useDark();
  const colours = isDark ? dark : light;
  useEffect(() => {
    const element = place.current!;
    const style = getComputedStyle(document.documentElement);
    const ink = style.getPropertyValue("--soft"), thin = style.getPropertyValue("--thin");
    const font = "12px system-ui, sans-serif";
    const plot = new uPlot(
      {
        width: Math.max(element.clientWidth, 200),
        height: 220,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false }, y: { range: (_, low, high) => [Math.min(0, low ?? 0), (high ?? 0) > 0 ? high * 1.08 : 1] } },
        axes: [
          { stroke: ink, grid: { stroke: thin, width: 1 }, ticks: { stroke: thin }, font, incrs: [1, 2, 5, 7, 14, 28, 91], space: 56, values: (_, at) => at.map((i) => (days[i] ? days[i]!.slice(5).replace("-", "/") : "")) },
          { stroke: ink, grid: { stroke: thin, width: 1 }, ticks: { stroke: thin }, font, size: 76, values: (_, at) => at.map((value) => lines[0]?.shown(value) ?? String(value)) },
        ],
        series: [{}, ...lines.map((line, i) => ({ label: line.name, stroke: colours[i % 6], width: 2, dash: dashes[i % 6], points: { show: days.length < 3 } }))],
      },
      [days.map((_, i) => i), ...lines.map((line) => line.values)],
      element,
    );
    const watch = new ResizeObserver(() => plot.setSize({ width: Math.max(element.clientWidth, 200), height: 220 }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [days.join(), JSON.stringify(lines.map((line) => line.values)), isDark]);
  return (
    <section class="panel chart" aria-label={title}>
      <h2>{title}</h2>
      {note && <p class="hint">{note}</p>}
      <ul class="keys">
        {lines.map((line, i) => (
          <li key={line.name}>
            <svg width="28" height="10" aria-hidden="true">
              <line x1="0" y1="5" x2="28" y2="5" stroke={colours[i % 6]} stroke-width="3" stroke-dasharray={dashes[i % 6]!.join(" ")} />
            </svg>
            {line.link ? <a href={line.link}>{line.name}</a> : line.name}
            {line.total && <b>{line.total}</b>}
          </li>
        ))}
      </ul>
      <div class="plot" ref={place} role="img" aria-label={say({ ko: `${title} 그래프. 같은 숫자가 아래 표에 있습니다.`, en: `Chart of ${title}. The table below has the same numbers.` })} />
      <details>
        <summary>{say({ ko: "표로 보기", en: "As a table" })}</summary>
        <div class="scroll" tabIndex={0} role="region" aria-label={say({ ko: `${title} 표`, en: `Table of ${title}` })}>
          <table>
            <thead>
              <tr>
                <th scope="col">{say({ ko: "날짜", en: "Day" })}</th>
                {lines.map((line) => <th key={line.name} scope="col" class="number">{line.name}</th>)}
              </tr>
            </thead>
            <tbody>
              {days.map((day, i) => (
                <tr key={day}>
                  <th scope="row">{opens ? <a class="open" href={opens(i)}>{day}</a> : day}</th>
                  {lines.map((line) => <td key={line.name} class="number">{line.opens && line.values[i] ? <a class="open" aria-label={`${day} ${line.name} ${line.shown(line.values[i]!)}`} href={line.opens(i)}>{line.shown(line.values[i]!)}</a> : line.shown(line.values[i] ?? null)}</td>)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}
