/**
 * What the page does beyond being read, as the text of a classic script: rows sorted by a click on
 * a column's name, rows filtered, times in the reader's own zone on hover. Without it, nothing is missing.
 */
export const SCRIPT = `
(() => {
  const textOf = (row, i) => (row.cells[i] ? row.cells[i].textContent : "");
  const numberOf = (text) => Number(text.replace(/,/g, ""));
  for (const table of document.querySelectorAll(".rows table, .chart table")) {
    const body = table.tBodies[0];
    table.querySelectorAll("thead th").forEach((header, i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      header.append(button);
      button.addEventListener("click", () => {
        const isUp = header.getAttribute("aria-sort") === "descending";
        for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
        header.setAttribute("aria-sort", isUp ? "ascending" : "descending");
        const isNumber = header.classList.contains("number");
        const sorted = [...body.rows].sort((a, b) => {
          const [x, y] = [textOf(a, i), textOf(b, i)];
          return isNumber ? numberOf(x) - numberOf(y) : x.localeCompare(y);
        });
        body.append(...(isUp ? sorted : sorted.reverse()));
      });
    });
  }
  for (const rows of document.querySelectorAll(".rows")) {
    const body = rows.querySelector("tbody");
    if (!body || body.rows.length < 8) continue;
    const label = document.createElement("label");
    const input = document.createElement("input");
    input.type = "search";
    label.className = "filter";
    label.append("Filter the shown rows ", input);
    rows.querySelector(".scroll").before(label);
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase();
      for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    });
  }
  const local = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
  for (const time of document.querySelectorAll("time")) {
    time.title = local.format(new Date(time.dateTime));
  }
})();
`;
