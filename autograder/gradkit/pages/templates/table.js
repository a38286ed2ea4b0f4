"use strict";
// Sort a table by a click on a column's heading, and filter its rows by what is typed. The page can be read without this.
const table = document.getElementById("students");
const body = table.tBodies[0];
const rows = Array.from(body.rows);
const field = document.getElementById("filter");
const shown = document.getElementById("shown");

function value(row, column) {
  const cell = row.cells[column];
  return cell.dataset.value === undefined ? cell.textContent.trim().toLowerCase() : Number(cell.dataset.value);
}

function sort(button) {
  const heading = button.closest("th");
  const column = heading.cellIndex;
  const down = heading.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  const keyed = rows.map((row) => [value(row, column), row]);
  keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1));
  body.append(...keyed.map(([, row]) => row));
}

function filter() {
  const words = field.value.trim().toLowerCase().split(/\s+/);
  let count = 0;
  for (const row of rows) {
    const text = row.dataset.words.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
    count += row.hidden ? 0 : 1;
  }
  shown.textContent = count + " of " + rows.length + " students";
}

for (const button of table.tHead.querySelectorAll("button")) button.addEventListener("click", () => sort(button));
field.addEventListener("input", filter);
document.getElementById("controls").hidden = false;
filter();
