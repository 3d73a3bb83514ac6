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

// Processor time, as the machine may be shared; it counts the garbage collector's threads too.
const processorMicroseconds = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

const ROUND_MICROSECONDS = 50_000;
const ROUNDS = 11;

for (const file of process.argv.slice(2)) {
  const body = readFileSync(file);
  let last = sign(body);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = processorMicroseconds();
    let spent = 0;
    let count = 0;
    for (; spent < ROUND_MICROSECONDS; count++) {
      for (let repeat = 0; repeat < 10; repeat++) last = sign(body);
      spent = processorMicroseconds() - start;
    }
    rounds.push(spent / count / 10);
  }
  rounds.sort((left, right) => left - right);
  const [min, median] = [rounds[0], rounds[ROUNDS >> 1]].map((us) => us.toFixed(2));
  console.log(`${basename(file)}\t${body.length} B\tmin ${min} us\tmedian ${median} us\t${last.slice(0, 8)}`);
}
