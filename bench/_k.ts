import { measureCurve, toCurveTable } from "./curve.ts";
console.log(toCurveTable(await measureCurve(Date.UTC(2026, 2, 2, 12) / 1000, 40_000_000)));
