// docs/refusals.md as data: what the provider promises to answer to each wrong request.

import { readFileSync } from "node:fs";

/** The rows of the document: `{ name, request, status, error, names, challenge }`; a dash stands for nothing. */
export function rows() {
  const document = readFileSync(process.env.LIONROCK_REFUSALS, "utf8");
  const lines = document.split("\n").filter((line) => line.startsWith("| `"));
  return lines.map((line) => {
    const cells = line.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", ""));
    const [name, request, status, error, names, challenge] = cells.map((cell) => (cell === "–" ? undefined : cell));
    return { name, request, status: Number(status), error, names, challenge };
  });
}
