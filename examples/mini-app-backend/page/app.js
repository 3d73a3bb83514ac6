// The Mini App: the document's five steps behind one button, and cases that try what must be refused.

import { checkStateBioAuthentication, finger, openBioAuthentication, zaloSays } from "./zmp-sdk.js";

const $ = (id) => document.getElementById(id);
const AN = "access-token-of-an";
const BINH = "access-token-of-binh";

/** What was sent and answered, one after the other. */
class Journal {
  constructor(list) { this.list = list; this.said = []; }

  async start(accessToken) {
    const { status, body } = await post("/biometric/start", { accessToken });
    this.note("start", status, body.code);
    return { ...body, accessToken };
  }

  /** Steps 2 and 3; step 4 is between Zalo's server and the backend. */
  async approve({ secretData }) {
    await new Promise((success, fail) => checkStateBioAuthentication({ success, fail }));
    const { webhook } = await new Promise((success, fail) => openBioAuthentication({ secretData, success, fail }));
    this.note("webhook", webhook);
  }

  async webhookAgain({ secretData }) {
    this.note("webhook again", await zaloSays("device/again", secretData));
  }

  async verify({ secretData, eventTime, accessToken }) {
    const { status, body } = await post("/biometric/verify", { secretData, eventTime, accessToken });
    this.note("verify", status, body.name ?? body.code);
    return { status, ...body };
  }

  async wait(seconds) {
    await zaloSays("clock", String(seconds));
    this.note(`wait ${seconds} s`);
  }

  note(what, status, answer) {
    const text = [what, status, answer].filter((part) => part !== undefined).join(" ");
    this.said.push(text);
    const chip = document.createElement("span");
    chip.className = status === undefined ? "chip clock" : status === 200 ? "chip" : "chip bad";
    chip.textContent = text;
    this.list?.append(chip);
    const line = document.createElement("li");
    line.textContent = text;
    $("log").prepend(line);
  }
}

async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
}

/** The button of the Mini App. */
async function login(accessToken, journal) {
  const challenge = await journal.start(accessToken);
  await journal.approve(challenge);
  // Zalo's event may come after the SDK's success.
  let answer = await journal.verify(challenge);
  for (let tries = 0; answer.code === "NOT_CONFIRMED_YET" && tries < 10; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    answer = await journal.verify(challenge);
  }
  return { answer, challenge };
}

const CASES = {
  "login-once": ["A login counts once", async (journal) => {
    const { challenge } = await login(AN, journal);
    await journal.verify(challenge);
  }],
  "not-approved": ["Nobody touched the sensor", async (journal) => {
    await journal.verify(await journal.start(AN));
  }],
  "replayed-webhook": ["Zalo's event is sent again after the login", async (journal) => {
    const { challenge } = await login(AN, journal);
    await journal.webhookAgain(challenge);
    await journal.verify(challenge);
    await journal.wait(331);
    await journal.webhookAgain(challenge);
    await journal.verify(challenge);
  }],
  "swapped-token": ["Bình's access token with An's challenge", async (journal) => {
    const challenge = await journal.start(AN);
    await journal.approve(challenge);
    await journal.verify({ ...challenge, accessToken: BINH });
    await journal.verify(challenge);
  }],
  "expired-confirmation": ["The login comes two minutes late", async (journal) => {
    const challenge = await journal.start(AN);
    await journal.approve(challenge);
    await journal.wait(121);
    await journal.verify(challenge);
  }],
};

async function run(name) {
  const row = document.querySelector(`[data-case="${name}"]`);
  const chips = row.querySelector("div");
  chips.replaceChildren();
  const journal = new Journal(chips);
  finger.isThere = true;
  try {
    await CASES[name][1](journal);
    row.dataset.said = journal.said.join("; ");
  } catch (error) {
    row.dataset.said = `${journal.said.join("; ")}; ${error}`;
  } finally {
    finger.isThere = false;
  }
}

async function runAll() {
  $("run").disabled = true;
  for (const name of Object.keys(CASES)) await run(name);
  $("run").disabled = false;
  document.body.dataset.ran = "all";
}

for (const [name, [title]] of Object.entries(CASES)) {
  const row = document.createElement("li");
  row.dataset.case = name;
  const [text, button, chips] = ["p", "button", "div"].map((tag) => document.createElement(tag));
  text.textContent = title;
  button.textContent = "Run";
  button.onclick = () => run(name);
  row.append(text, button, chips);
  $("scenarios").append(row);
}

$("run").onclick = runAll;
$("login").onclick = async () => {
  $("login").disabled = true;
  $("state").textContent = "Đang xác thực…";
  try {
    const { answer } = await login($("user").value, new Journal());
    const isIn = answer.status === 200;
    $("greeting").textContent = isIn ? `Xin chào, ${answer.name}!` : "Xin chào!";
    $("state").textContent = isIn ? "Bạn đã đăng nhập bằng sinh trắc học." : `Không đăng nhập được: ${answer.code}`;
  } catch (error) {
    $("state").textContent = `Không đăng nhập được: mã ${Math.abs(error.code ?? 100)}`;
  }
  $("login").disabled = false;
};

// For the tests.
if (location.hash === "#run") runAll();
if (location.hash === "#press") { finger.isThere = true; $("login").click(); }
