// What document 003 does in JavaScript, on the bodies of `benches/javascript.rs`:
//   COUNTERSIGN_BODIES_TO=DIR cargo bench --bench javascript
//   node benches/node/zalo.mjs DIR/*
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";

const API_KEY = "zalo-mini-app-api-key";

const signature = (data, apiKey) => {
  let content = "";
  for (const key of Object.keys(data).sort()) {
    const value = data[key];
    content += typeof value === "object" ? JSON.stringify(value) : value;
  }
  return createHash("sha256").update(content + apiKey).digest("hex");
};

const sign = (body) => signature(JSON.parse(body.toString("utf8")), API_KEY);

const ROUND_MS = 50;
const ROUNDS = 11;

for (const file of process.argv.slice(2)) {
  const body = readFileSync(file);
  let sink = sign(body);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    const end = start + BigInt(ROUND_MS) * 1_000_000n;
    let count = 0;
    let now = start;
    while (now < end) {
      sink = sign(body);
      count++;
      now = process.hrtime.bigint();
    }
    rounds.push(Number(now - start) / count / 1000);
  }
  rounds.sort((a, b) => a - b);
  const [min, median] = [rounds[0], rounds[ROUNDS >> 1]].map((us) => us.toFixed(2));
  console.log(`${basename(file)}\t${body.length} B\tmin ${min} us\tmedian ${median} us\t${sink.slice(0, 8)}`);
}
