// A stub of `zmp-sdk/apis`, as far as document 003 needs it: its functions, its defaults, its error codes. The finger is
// a button, and always the right one; then Zalo's server sends the event, and the SDK reports success.

const zalo = document.documentElement.dataset.zalo;
const $ = (id) => document.getElementById(id);

/** Whether the check is passed without anybody pressing a button, for the cases that run by themselves. */
export const finger = { isThere: false };

/** Step 2: what changes where fingers or faces are enrolled or removed. */
export function checkStateBioAuthentication({ success }) {
  success({ bioState: "stub-device-1" });
}

/** Step 3: the form, and what the user makes of it. */
export function openBioAuthentication({ secretData, ui = {}, success, fail }) {
  $("sheet-title").textContent = ui.title ?? "Xác thực";
  $("sheet-text").textContent = ui.subTitle ?? "Sử dụng sinh trắc học của bạn để xác thực";
  $("cancel").textContent = ui.negativeButtonText ?? "Đóng";
  $("sheet").hidden = false;
  const close = () => { $("sheet").hidden = true; };
  $("cancel").onclick = () => { close(); fail({ code: -102 }); };
  $("finger").onclick = async () => {
    close();
    try { success({ webhook: await zaloSays("device/approve", secretData) }); } catch { fail({ code: -100 }); }
  };
  if (finger.isThere) $("finger").click();
}

/** Asks Zalo's side, which is not part of the SDK: `device/approve`, `device/again`, `clock`. */
export async function zaloSays(what, text) {
  const answer = await fetch(`${zalo}/${what}`, { method: "POST", body: text });
  if (!answer.ok) throw new Error(await answer.text());
  return Number(await answer.text());
}
