"use strict";
// The inbox page. Messages are untrusted: they only ever become text nodes, checked links,
// or the srcdoc of a frame in which no script runs.

const CHANNELS = { sms: "短信", email: "邮件", wechat: "微信", push: "推送" };
const CHANNEL_TITLES = { sms: "短信 SMS", email: "邮件 Mail", wechat: "微信公众号 WeChat", push: "应用推送 Push" };
const EVERY_MS = 2000;
const SHOW_LAST = 200;
// No allow-scripts. Same origin only so that the frame's height can be read; popups leave the sandbox
// so that the page behind a link works as in an ordinary tab.
const FRAME_MAY =
  "allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation";

const at = (id) => document.getElementById(id);
const state = { channel: "", wanted: "", chosen: null, people: "", drawn: new Map(), asked: 0 };

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

function link(address, ...children) {
  if (!/^https?:\/\//i.test(address)) return make("span", {}, ...children);
  return make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

function withLinks(text, links) {
  const parts = [];
  let rest = text;
  for (const address of links) {
    const start = rest.indexOf(address);
    if (start < 0) continue;
    parts.push(rest.slice(0, start), link(address, address));
    rest = rest.slice(start + address.length);
  }
  return [...parts, rest];
}

function clock(moment) {
  const date = new Date(moment);
  const today = new Date().toDateString() === date.toDateString();
  const time = { hour: "2-digit", minute: "2-digit" };
  return date.toLocaleString("zh-CN", today ? time : { month: "numeric", day: "numeric", ...time });
}

// Recipients

function person(one) {
  const chosen = state.chosen && state.chosen.channel === one.channel && state.chosen.to === one.to;
  const row = make(
    "a",
    { className: "person", href: `#${one.channel}/${encodeURIComponent(one.to)}` },
    make("span", { className: "badge" }, CHANNELS[one.channel]),
    make("strong", { title: one.to }, one.to),
    make("time", { dateTime: one.at }, clock(one.at)),
    make("span", { className: "snippet" }, one.snippet),
    make("span", { className: "count" }, `${one.count} 条`),
  );
  if (chosen) row.setAttribute("aria-current", "true");
  return make("li", {}, row);
}

function peopleNote(found) {
  if (found.more) return "只显示最近的 200 位，请用搜索缩小范围。";
  if (found.recipients.length) return "";
  return found.total ? "没有符合条件的收件人。" : "还没有消息。 No messages yet.";
}

async function refreshPeople() {
  const asked = ++state.asked;
  const query = new URLSearchParams({ channel: state.channel, q: state.wanted });
  const found = await (await fetch(`/recipients.json?${query}`)).json();
  const signature = JSON.stringify([found, state.chosen]);
  // A slow answer to an earlier question must not replace a newer one.
  if (asked !== state.asked || signature === state.people) return;
  state.people = signature;
  const focused = document.activeElement && document.activeElement.getAttribute("href");
  at("people").replaceChildren(...found.recipients.map(person));
  at("people-note").textContent = peopleNote(found);
  if (focused) {
    const again = [...at("people").querySelectorAll("a")].find((row) => row.getAttribute("href") === focused);
    if (again) again.focus({ preventScroll: true });
  }
}

// One conversation

function receiptLine(message) {
  const line = make("p", { className: "meta" }, clock(message.at));
  const tries = new Map();
  for (const { status, http_status: code } of message.receipts) {
    const words = `${status} → ${code === null ? "无应答" : code}`;
    const before = tries.get(words) || { well: code >= 200 && code < 300, times: 0 };
    tries.set(words, { ...before, times: before.times + 1 });
  }
  for (const [words, { well, times }] of tries) {
    line.append(" · ", make("span", { className: well ? "good" : "bad" }, times > 1 ? `${words} ×${times}` : words));
  }
  return line;
}

function smsView(message) {
  return [make("div", { className: "bubble" }, ...withLinks(message.text, message.links))];
}

function mailFrame(message) {
  const frame = make("iframe", { title: `邮件内容 ${message.subject}`, referrerPolicy: "no-referrer" });
  frame.setAttribute("sandbox", FRAME_MAY);
  frame.addEventListener("load", () => {
    const page = frame.contentDocument && frame.contentDocument.documentElement;
    if (page) frame.style.height = `${Math.min(page.scrollHeight + 2, 4000)}px`;
  });
  frame.srcdoc = `<!doctype html><base target="_blank">${message.html}`;
  return frame;
}

function mailView(message) {
  const card = make(
    "article",
    { className: "card" },
    make(
      "header",
      { className: "card-head" },
      make("h2", {}, message.subject || "（无主题）"),
      make("p", {}, `发件人 ${message.from}`),
    ),
    message.html ? mailFrame(message) : make("div", { className: "plain" }, ...withLinks(message.text, message.links)),
  );
  if (message.attachments.length) {
    const items = message.attachments.map((one) => make("li", {}, `${one.name || one.type} · ${one.size} B`));
    card.append(make("ul", { className: "attachments" }, ...items));
  }
  const lines = Object.entries(message.headers).map(([name, value]) => `${name}: ${value}`);
  card.append(make("details", {}, make("summary", {}, "邮件头 Headers"), make("pre", {}, lines.join("\n"))));
  return [card];
}

function cardView(message) {
  const rows = message.fields.map((one) => make("div", {}, make("dt", {}, one.name), make("dd", {}, one.value)));
  const card = make(
    "article",
    { className: "card" },
    make("header", { className: "card-head" }, make("h2", {}, "服务通知"), make("p", {}, `模板 ${message.subject}`)),
    make("dl", { className: "fields" }, ...rows),
  );
  if (message.url) {
    const more = link(message.url, make("span", {}, "查看详情"), make("span", { ariaHidden: "true" }, "›"));
    more.className = "more";
    card.append(more);
  }
  return [card];
}

function pushView(message) {
  const card = make(
    "article",
    { className: "card" },
    make("header", { className: "card-head" }, make("h2", {}, message.subject || "（无标题）")),
    make("div", { className: "plain" }, ...withLinks(message.text, message.links)),
  );
  if (message.url) {
    const more = link(message.url, make("span", {}, "在应用中打开"), make("span", { ariaHidden: "true" }, "›"));
    more.className = "more";
    card.append(more);
  }
  return [card];
}

const VIEWS = { sms: smsView, email: mailView, wechat: cardView, push: pushView };

function drawTalk(messages) {
  const talk = at("talk");
  const atEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
  const drawn = new Map();
  for (const message of messages) {
    const content = JSON.stringify(message);
    const before = state.drawn.get(message.seq);
    // Kept where nothing changed, so that frames do not load again and a selection stays.
    if (before && before.content === content) drawn.set(message.seq, before);
    else drawn.set(message.seq, { content, node: messageNode(message) });
  }
  const changed = drawn.size !== state.drawn.size || [...drawn].some(([seq, one]) => state.drawn.get(seq) !== one);
  if (changed) reconcile(talk, [...drawn.values()].map((one) => one.node));
  state.drawn = drawn;
  return changed && atEnd;
}

function reconcile(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, place) => {
    if (parent.children[place] !== node) parent.insertBefore(node, parent.children[place] || null);
  });
}

function messageNode(message) {
  return make("div", { className: "message" }, ...VIEWS[message.channel](message), receiptLine(message));
}

function drawEmpty(words) {
  state.drawn = new Map();
  at("talk").replaceChildren(make("p", { className: "empty" }, words));
}

async function refreshTalk({ opened = false } = {}) {
  const chosen = state.chosen;
  if (!chosen) return;
  const query = new URLSearchParams(chosen);
  const found = await (await fetch(`/inbox.json?${query}`)).json();
  if (chosen !== state.chosen) return;
  if (!found.messages.length) drawEmpty("没有消息。 No messages.");
  else if (drawTalk(found.messages.slice(-SHOW_LAST)) || opened) showNewest();
}

function showNewest() {
  const talk = at("talk");
  const last = talk.lastElementChild;
  // A long mail is read from its top; bubbles from the newest.
  if (last) talk.scrollTop = Math.min(last.offsetTop - talk.offsetTop - 12, talk.scrollHeight);
}

function choose() {
  const [, channel, to] = /^#(sms|email|wechat|push)\/(.+)$/.exec(location.hash) || [];
  state.chosen = channel ? { channel, to: decodeURIComponent(to) } : null;
  document.body.classList.toggle("talking", Boolean(channel));
  at("who").textContent = state.chosen ? state.chosen.to : "未选择收件人";
  at("who-channel").textContent = state.chosen ? CHANNEL_TITLES[channel] : "No recipient chosen";
  drawEmpty(state.chosen ? "正在读取…" : "请先选择收件人。 Choose a recipient first.");
  refresh({ opened: true });
}

async function refresh(how) {
  try {
    await Promise.all([refreshPeople(), refreshTalk(how)]);
  } catch {
    at("people-note").textContent = "沙盒没有应答，正在重试… The sandbox does not answer.";
    state.people = "";
  }
}

function filterBy(button) {
  state.channel = button.dataset.channel;
  for (const one of document.querySelectorAll(".channels button")) {
    one.setAttribute("aria-pressed", String(one === button));
  }
  refreshPeople();
}

for (const button of document.querySelectorAll(".channels button")) {
  button.addEventListener("click", () => filterBy(button));
}
at("search").addEventListener("input", (event) => {
  state.wanted = event.target.value;
  refreshPeople();
});
window.addEventListener("hashchange", choose);
setInterval(() => document.hidden || refresh(), EVERY_MS);
choose();
