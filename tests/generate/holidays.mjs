// Writes stdlib/holidays.d/state-council.json from the npm package chinese-days 1.5.7 (MIT).
// Usage: node holidays.mjs FOLDER-WITH-node_modules OUTPUT
//
// The package lists single days. A notice publishes blocks, and they are what a phrase such as
// 国庆节期间 means, so days become runs of rest days here: a hole on a weekend is filled
// (端午 2011), a weekend that the notice joins is part of the block (与周末连休), two holidays in
// one run share it (中秋节 and 国庆节 in 2012), and late December belongs to the 元旦 of the notice
// for the next year.
import fs from "fs";
import path from "path";

const [folder, output] = process.argv.slice(2);
const home = path.join(folder, "node_modules/chinese-days");
const version = JSON.parse(fs.readFileSync(path.join(home, "package.json"))).version;
if (version !== "1.5.7") throw new Error(`chinese-days 1.5.7 is wanted, this is ${version}`);

const names = { 清明: "清明节", 端午: "端午节", 中秋: "中秋节",
  中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日: "抗战胜利纪念日" };
const DAY = 864e5;
const text = day => new Date(day * DAY).toISOString().slice(0, 10);
const number = date => Date.parse(date) / DAY;
const off = new Map(), work = new Set();
for (let year = 2004; year <= 2026; year++) {
  const data = JSON.parse(fs.readFileSync(path.join(home, `dist/years/${year}.json`)));
  for (const [date, entry] of Object.entries(data.holidays)) {
    const name = entry.split(",")[1];
    off.set(number(date), names[name] ?? name);
  }
  for (const date of Object.keys(data.workdays)) work.add(number(date));
}
// What the package lacks: 国办发明电〔2005〕35号 makes 2005-12-31 a working day, and in 2020 the
// Mid-Autumn day is 1 October, so that the block bears both names.
work.add(number("2005-12-31"));
const second = new Map([[number("2020-10-01"), "中秋节"]]);

const rests = day => off.has(day) || (!work.has(day) && (day + 3) % 7 >= 5);
const noticeOf = date => +date.slice(0, 4) + (date.slice(5) >= "12-20" ? 1 : 0);
const years = new Map();
for (let year = 2004; year <= 2026; year++)
  years.set(year, { year, source: "国务院办公厅节假日安排的通知", holidays: [], work: [] });
for (const day of [...off.keys()].sort((a, b) => a - b)) {
  let first = day, last = day;
  while (rests(first - 1)) first--;
  while (rests(last + 1)) last++;
  const year = +text(last).slice(0, 4) + (text(last).slice(5) >= "12-20" ? 1 : 0);
  const list = years.get(year).holidays;
  for (const name of [off.get(day), second.get(day)])
    if (name && !list.some(h => h.name === name && h.first === text(first)))
      list.push({ name, first: text(first), last: text(last) });
}
for (const day of [...work].sort((a, b) => a - b)) years.get(noticeOf(text(day))).work.push(text(day));

const line = y => `  {"year": ${y.year}, "source": ${JSON.stringify(y.source)},\n   "holidays": [\n`
  + y.holidays.map(h => `     {"name": "${h.name}", "first": "${h.first}", "last": "${h.last}"}`).join(",\n")
  + `],\n   "work": [${y.work.map(d => `"${d}"`).join(", ")}]}`;
fs.writeFileSync(output, "[\n" + [...years.values()].map(line).join(",\n") + "\n]\n");
