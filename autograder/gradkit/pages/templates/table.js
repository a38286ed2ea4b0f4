"use strict";
// Sort a table by clicking a column heading, and filter the students. The page is readable without this script.
function value(row, column) {
  const cell = row.cells[column];
  const text = cell.textContent.trim();
  if (!cell.classList.contains("number")) return text.toLowerCase();
  const number = parseFloat(text); // 6 for "6 of 12"; non-numbers sort before numbers
  return Number.isNaN(number) ? -Infinity : number;
}

function sort(table, heading) {
  const column = heading.cellIndex;
  const down = heading.getAttribute("aria-sort") === "ascending";
  for (const cell of heading.parentElement.cells) cell.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  const body = table.tBodies[0];
  const keyed = Array.from(body.rows, (row) => [value(row, column), row]);
  keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1));
  body.append(...keyed.map(([, row]) => row));
}

for (const table of document.querySelectorAll("table")) {
  for (const heading of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(heading.firstChild);
    button.addEventListener("click", () => sort(table, heading));
    heading.prepend(button);
  }
}

const rows = Array.from(document.getElementById("students").tBodies[0].rows);
const field = document.getElementById("filter");
const shown = document.getElementById("shown");

function filter() {
  const words = field.value.trim().toLowerCase().split(/\s+/);
  let count = 0;
  for (const row of rows) {
    const text = row.dataset.words.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
    count += row.hidden ? 0 : 1;
  }
  shown.textContent = shown.dataset.words.replace("{count}", count).replace("{all}", rows.length);
}

field.addEventListener("input", filter);
document.getElementById("controls").hidden = false;
filter();
