// Writes ../npm/order.txt and ../npm/ranges.txt: what npm's package semver says
// of versions and ranges that are made up, the same each time.
const fs = require("fs");
const path = require("path");
const semver = require("semver");

let seed = 20260401;
function random(n) {
  // The multiplier and increment of Numerical Recipes.
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 4294967296) * n);
}
const pick = (list) => list[random(list.length)];

const numbers = ["0", "0", "1", "1", "2", "3", "9", "10", "11", "99", "2147483648", "9007199254740991"];
const odd = ["01", "00", "9007199254740992", "", "-1", "1a"];
const identifiers = ["0", "1", "2", "10", "alpha", "beta", "rc", "a", "A", "rc1", "x", "-", "0a", "1-2", "01", "alpha-1"];

function number() {
  return random(60) === 0 ? pick(odd) : pick(numbers);
}

function tail(mark) {
  const parts = [pick(identifiers)];
  while (random(3) === 0) parts.push(pick(identifiers));
  return mark + parts.join(".");
}

function version() {
  let v = [number(), number(), number()].join(".");
  if (random(3) === 0) v += tail("-");
  if (random(10) === 0) v += tail("+");
  if (random(12) === 0) v = "v" + v;
  if (random(60) === 0) v = pick(["", "v", "1", "1.2", "1.2.3.4", "latest", "V1.2.3", "1.2.3-", "1.2.3+", "1.2.3-a..b", "a.b.c"]);
  return v;
}

function partial() {
  const n = 1 + random(4);
  const parts = [];
  for (let i = 0; i < Math.min(n, 3); i++) parts.push(random(12) === 0 ? pick(["x", "X", "*"]) : number());
  let v = parts.join(".");
  if (parts.length === 3 && random(4) === 0) v += tail("-");
  if (parts.length === 3 && random(12) === 0) v += tail("+");
  if (random(12) === 0) v = "v" + v;
  return v;
}

const operators = ["", "", "=", "^", "^", "~", "~", "~>", ">", ">=", "<", "<="];

function term() {
  return pick(operators) + (random(6) === 0 ? " " : "") + partial();
}

function alternative() {
  switch (random(8)) {
    case 0:
      return partial() + " - " + partial();
    case 1:
      return term() + " " + term();
    case 2:
      return pick([">=", ">"]) + partial() + " " + pick(["<", "<="]) + partial();
    case 3:
      return random(6) === 0 ? pick(["", "*", "x", " ", "latest", "^", ">", "1 2 - 3", "1.2.3-", "^^1", "~=1", "1,2", "|| |"]) : term();
    default:
      return term();
  }
}

function range() {
  const all = [alternative()];
  while (random(5) === 0) all.push(alternative());
  return all.join(pick(["||", " || ", " || "]));
}

// near makes a version that has a chance to be at the edge of a range.
function near(text) {
  const found = text.match(/\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?|\d+\.\d+|\d+/g);
  if (!found || random(4) === 0) return version();
  const [release, pre] = pick(found).split(/-(.*)/s);
  const nums = release.split(".").concat(["0", "0"]).slice(0, 3).map(Number);
  const i = random(4);
  if (i < 3) nums[i] = Math.max(0, nums[i] + pick([-1, 1]));
  let v = nums.join(".");
  if (random(3) === 0) v += pre && random(2) ? "-" + pre : tail("-");
  return v;
}

const valid = (v) => semver.valid(v) !== null;
const out = path.join(__dirname, "..", "npm");
fs.mkdirSync(out, { recursive: true });

const order = ["# " + "What semver " + require("semver/package.json").version + " says. Made by generate/npm.js; see there."];
for (let i = 0; i < 1100; i++) {
  const a = version();
  const b = random(3) ? near(a) : version();
  for (const v of [a, b]) if (!valid(v)) order.push(`invalid ${JSON.stringify(v)}`);
  if (valid(a) && valid(b)) order.push(`${a} ${"<=>"[semver.compare(a, b) + 1]} ${b}`);
}
fs.writeFileSync(path.join(out, "order.txt"), order.join("\n") + "\n");

const ranges = [order[0]];
for (let i = 0; i < 1100; i++) {
  const text = range();
  if (semver.validRange(text) === null) {
    ranges.push(`${JSON.stringify(text)} invalid`);
    continue;
  }
  const yes = new Set(), no = new Set();
  for (let j = 0; j < 3; j++) {
    const v = near(text);
    if (valid(v)) (semver.satisfies(v, text) ? yes : no).add(v);
  }
  for (const v of yes) ranges.push(`${JSON.stringify(text)} ${v} yes`);
  for (const v of no) ranges.push(`${JSON.stringify(text)} ${v} no`);
}
fs.writeFileSync(path.join(out, "ranges.txt"), ranges.join("\n") + "\n");
