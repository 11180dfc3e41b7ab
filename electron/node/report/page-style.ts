// How a report or a certificate looks, on the screen and on paper: one style inside the page, the code at the foot of each sheet.
// Runs anywhere (pure TypeScript).

/**
 * A list of parts is wider than high, a certificate is not. The margin boxes number the pages wherever the page is printed
 * from (Chromium since 131).
 */
export const pageStyle = (code: string, orientation: 'portrait' | 'landscape'): string => `
  @page { size: A4 ${orientation}; margin: 16mm 14mm 18mm;
    @bottom-left { content: "Loupe · chain ${code}"; font: 8pt system-ui, sans-serif; color: #555; }
    @bottom-right { content: counter(page) " / " counter(pages); font: 8pt system-ui, sans-serif; color: #555; } }
  body { font: 13px/1.45 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; color: #1b1b1f; margin: 24px auto; max-width: 1100px;
    font-variant-ligatures: none; } /* an ff in a checksum that is copied from a PDF stays two letters */
  @media print {
    body { margin: 0; font-size: 9pt; max-width: none; } thead { display: table-header-group; }
    tr, figure, .sign, .pair, .whole { break-inside: avoid; } h2 { break-after: avoid; }
  }
  h1 { margin: 0 0 4px; } h2 { margin: 28px 0 6px; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 8px 0; }
  th, td { padding: 3px 14px 3px 0; text-align: left; border-bottom: 1px solid #ddd; vertical-align: top; }
  th { border-bottom-color: #1b1b1f; vertical-align: bottom; }
  .long { overflow-wrap: anywhere; } .time { white-space: nowrap; }
  .list { width: 100%; } .list th, .list td { padding-right: 9px; } @media print { .list { font-size: 7.5pt; } }
  .code { font: 600 1.2em ui-monospace, monospace; }
  .small { color: #555; overflow-wrap: anywhere; }
  figure { display: inline-block; width: 240px; margin: 0 10px 10px 0; vertical-align: top; font-size: 11px; }
  figure img { max-width: 240px; display: block; }
  .pair { display: flex; flex-wrap: wrap; gap: 0 48px; } .pair section:first-child { flex: 0 1 640px; }
  .sign { display: flex; gap: 24px; margin-top: 48px; } .sign div { flex: 1; border-top: 1px solid #1b1b1f; padding-top: 4px; }
  svg.control { width: 100%; max-width: 720px; font: 10px system-ui, sans-serif; }
  svg path { fill: none; stroke: #4a4a55; } svg .grid { stroke: #ddd; } svg .limit, svg .mean { stroke-dasharray: 5 4; }
  svg .limit { stroke: #b4540a; } svg .share { stroke: #1f5fa8; }
  svg circle { fill: #1f5fa8; } svg .out { fill: #b4540a; }`;
