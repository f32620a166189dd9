// The search: names first, then words of the sentences, with room for a slip. Its data stands in a script of its own, which is loaded
// when the field is used for the first time; a page that was opened from a file may not fetch anything else.
"use strict";
(() => {
  const root = document.body.dataset.root;
  const field = document.getElementById("search");
  const list = document.getElementById("results");
  const most = 12;
  let entries = null;
  let chosen = -1;

  function load() {
    if (entries !== null) return;
    entries = [];
    const script = document.createElement("script");
    script.src = `${root}search-data.js`;
    script.onload = () => {
      entries = window.manualEntries.map(([name, kind, of, doc, words, to]) => ({
        name, kind, of, doc, to,
        key: plain(name),
        words: words.toLowerCase().split(" "),
        text: doc.toLowerCase(),
      }));
      show();
    };
    document.head.append(script);
  }

  const plain = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

  // Letters to insert, delete, replace or exchange to get from one word to the other; more than `limit` is as good as infinite.
  function distance(a, b, limit) {
    if (Math.abs(a.length - b.length) > limit) return limit + 1;
    let older = [];
    let before = Array.from({ length: b.length + 1 }, (_, at) => at);
    for (let i = 1; i <= a.length; i += 1) {
      const row = [i];
      for (let j = 1; j <= b.length; j += 1) {
        const same = a[i - 1] === b[j - 1];
        row[j] = Math.min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (same ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], older[j - 2] + 1);
      }
      older = before;
      before = row;
    }
    return before[b.length];
  }

  // How well a word fits an entry: the larger the better, 0 for not at all.
  function fit(entry, word) {
    const bare = plain(word);
    if (bare && entry.key === bare) return 100;
    if (entry.words.includes(word)) return 90;
    if (bare && entry.key.startsWith(bare)) return 80 - Math.min(20, entry.key.length - bare.length);
    if (bare.length > 1 && entry.key.includes(bare)) return 50 - Math.min(20, entry.key.length - bare.length);
    if (entry.kind === word || entry.of === word) return 30;
    const at = entry.text.search(new RegExp(`(^|[^\\p{L}\\p{N}])${word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}`, "iu"));
    if (word.length > 1 && at >= 0) return 25 - Math.min(10, at / 10);
    const limit = bare.length < 4 ? 0 : bare.length < 8 ? 1 : 2;
    const slips = limit ? distance(bare, entry.key, limit) : 1;
    return slips <= limit ? 20 - 4 * slips : 0;
  }

  function find(query) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const found = [];
    for (const entry of entries) {
      const whole = words.length > 1 && entry.key === plain(query) ? 100 : 0;
      const fits = words.map((word) => fit(entry, word));
      if (words.length && (whole || fits.every((points) => points > 0))) {
        found.push({ entry, points: whole || fits.reduce((sum, points) => sum + points, 0) });
      }
    }
    // Those with equal points stay in the order of the manual.
    return found.sort((a, b) => b.points - a.points).slice(0, most);
  }

  function choose(index) {
    const options = list.children;
    chosen = options.length ? (index + options.length) % options.length : -1;
    Array.from(options).forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    if (chosen >= 0) {
      field.setAttribute("aria-activedescendant", options[chosen].id);
      options[chosen].scrollIntoView({ block: "nearest" });
    } else {
      field.removeAttribute("aria-activedescendant");
    }
  }

  function element(tag, name, text) {
    const made = document.createElement(tag);
    made.className = name;
    made.textContent = text;
    return made;
  }

  function show() {
    const query = field.value.trim();
    const found = query && entries ? find(query) : [];
    list.replaceChildren(...found.map(({ entry }, at) => {
      const option = document.createElement("li");
      option.id = `result-${at}`;
      option.setAttribute("role", "option");
      const link = element("a", "", "");
      link.href = root + entry.to;
      link.tabIndex = -1;
      link.append(element("code", "name", entry.name), " ", element("span", "of", `${entry.kind} ${entry.of}`.trim()), " ", element("span", "doc", entry.doc));
      option.append(link);
      return option;
    }));
    if (query && entries && entries.length && !found.length) list.replaceChildren(element("li", "none", "Nothing found"));
    list.hidden = !list.children.length;
    field.setAttribute("aria-expanded", String(found.length > 0));
    choose(found.length ? 0 : -1);
  }

  field.closest("[hidden]").hidden = false;
  field.addEventListener("focus", load);
  field.addEventListener("input", () => { load(); show(); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter") list.children[chosen]?.querySelector("a")?.click();
    else if (event.key === "Escape") { field.value = ""; show(); field.blur(); }
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(input|textarea|select)$/i.test(event.target.tagName);
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".search")) list.hidden = true;
  });
})();
