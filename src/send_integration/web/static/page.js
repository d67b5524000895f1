/* Keeps an open page of a child up to date. Without it, or where anything goes amiss, the page is as it was opened.

   <main data-changes="/changes/…" data-version="…"> names where changes are told. When one is, the page is asked for anew
   and what differs is exchanged: focus, scrolling, what is folded out and what is selected elsewhere stay as they are.
   Where somebody has begun to type, nothing is exchanged; they are told, and choose. */
"use strict";
(() => {
  const main = document.querySelector("main[data-changes]");
  const note = document.getElementById("changed");
  if (!main || !note || !window.EventSource || !window.DOMParser) return;

  const MOST_ATTEMPTS = 6;
  const LONGEST_WAIT = 60000;
  let version = main.dataset.version;
  let source = null;
  let attempts = 0;
  let asking = false;
  let askAgain = false;
  let stopped = false;
  let lost = false;

  /* What is said */

  function say(words, quiet, link) {
    note.classList.toggle("send-changed--quiet", quiet);
    note.textContent = words;
    if (link) {
      const again = document.createElement("a");
      again.href = location.href;
      again.className = "govuk-link";
      again.textContent = link;
      again.addEventListener("click", (event) => { event.preventDefault(); location.reload(); });
      note.append(" ", again);
    }
  }

  const sayChanged = () => say("This page has changed since you opened it. What you typed is still here.", false, "Show it anew");
  const sayNoMore = () => say("This page is no longer kept up to date.", false, "Load it again");

  /* What somebody has typed or chosen, and where they are */

  function isTouched(field) {
    if (field.type === "hidden" || field.type === "submit" || field.type === "button") return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") {
      const options = [...field.options];
      const usual = options.some((option) => option.defaultSelected);
      return options.some((option, place) => option.selected !== (usual || field.multiple ? option.defaultSelected : place === 0));
    }
    return field.value !== field.defaultValue;
  }

  function isBeingFilledIn() {
    const fields = [...main.querySelectorAll("input, textarea, select")];
    return fields.some((field) => isTouched(field) || field === document.activeElement);
  }

  const nameOf = (details) => details.id || (details.querySelector("summary") || details).textContent.trim().replace(/\d+/g, "#");  // a count may change

  /* Folds out in `fresh` what is folded out on the page; of several of one name, each by its place among them. */
  function keepFolds(fresh) {
    const places = new Map();
    const folds = new Map();
    const keyed = (details, seen) => {
      const name = nameOf(details);
      const place = seen.get(name) || 0;
      seen.set(name, place + 1);
      return name + "\n" + place;
    };
    for (const details of main.querySelectorAll("details")) folds.set(keyed(details, places), details.open);
    const seen = new Map();
    for (const details of fresh.querySelectorAll("details")) {
      const open = folds.get(keyed(details, seen));
      if (open !== undefined) details.open = open;
    }
  }

  /* The first thing with an id that is in sight, and how far from the top it is. */
  function anchorInSight() {
    for (const element of main.querySelectorAll("[id]")) {
      const box = element.getBoundingClientRect();
      if (box.height > 0 && box.bottom > 0 && box.top < innerHeight) return { id: element.id, top: box.top };
    }
    return null;
  }

  function scrolledRegions() {
    return [...main.querySelectorAll("[tabindex='0']")].map((region) => [region.getAttribute("aria-label"), region.scrollLeft, region.scrollTop]);
  }

  /* Where the focus is, so that it can be found again if its element is exchanged. */
  function focused() {
    const element = document.activeElement;
    if (!element || !main.contains(element)) return null;
    const alike = (root) => [...root.querySelectorAll(element.tagName)];
    return { element, id: element.id, href: element.getAttribute("href"), text: element.textContent, place: alike(main).indexOf(element), alike };
  }

  function focusAgain(was) {
    if (!was || document.activeElement === was.element) return;
    const byId = was.id && document.getElementById(was.id);
    const alike = was.alike(main);
    const same = (element) => element.getAttribute("href") === was.href && element.textContent === was.text;
    const found = byId || alike.find(same) || alike[Math.min(was.place, alike.length - 1)];
    if (found) found.focus({ preventScroll: true });
  }

  /* The exchange */

  function sameKind(one, other) {
    return one.nodeType === other.nodeType && one.nodeName === other.nodeName && (one.id || "") === (other.id || "");
  }

  function fresh(node) {
    if (node.nodeType === Node.ELEMENT_NODE && !(node instanceof SVGElement)) node.classList.add("send-fresh");
    return node;
  }

  function exchange(old, wanted) {
    if (old.isEqualNode(wanted)) return;
    if (!sameKind(old, wanted) || old instanceof SVGElement || old.nodeType !== Node.ELEMENT_NODE) {
      old.replaceWith(fresh(wanted));
      return;
    }
    for (const { name } of [...old.attributes]) if (!wanted.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of wanted.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    exchangeChildren(old, [...old.childNodes], [...wanted.childNodes]);
  }

  /* What is alike at both ends stays; what lies between is exchanged pairwise where it is as many, else all of it. */
  function exchangeChildren(parent, olds, wanteds) {
    while (olds.length && wanteds.length && olds[0].isEqualNode(wanteds[0])) { olds.shift(); wanteds.shift(); }
    let after = null;
    while (olds.length && wanteds.length && olds[olds.length - 1].isEqualNode(wanteds[wanteds.length - 1])) { after = olds.pop(); wanteds.pop(); }
    if (olds.length === wanteds.length && olds.every((old, place) => sameKind(old, wanteds[place]))) {
      olds.forEach((old, place) => exchange(old, wanteds[place]));
      return;
    }
    for (const wanted of wanteds) parent.insertBefore(fresh(wanted), after);
    for (const old of olds) old.remove();
  }

  function show(wanted, announce) {
    const anchor = anchorInSight();
    const regions = scrolledRegions();
    const was = focused();
    const unmarked = [...main.querySelectorAll(".send-fresh")];
    for (const element of unmarked) {
      element.classList.remove("send-fresh");
      if (!element.getAttribute("class")) element.removeAttribute("class");
    }
    keepFolds(wanted);
    exchange(main, document.importNode(wanted, true));
    for (const region of main.querySelectorAll("[tabindex='0']")) {
      const found = regions.find(([label]) => label && label === region.getAttribute("aria-label"));
      if (found) { region.scrollLeft = found[1]; region.scrollTop = found[2]; }
    }
    focusAgain(was);
    announce();
    const now = anchor && document.getElementById(anchor.id);
    if (now) scrollBy(0, now.getBoundingClientRect().top - anchor.top);
  }

  /* Asking for the page */

  async function ask() {
    if (asking) { askAgain = true; return; }
    if (isBeingFilledIn()) { sayChanged(); return; }
    asking = true;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", redirect: "manual", headers: { Accept: "text/html" } });
      if (answer.status === 403 || answer.status === 404) { hush(); stopped = true; sayNoMore(); return; }
      const page = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
      const wanted = page && page.querySelector("main[data-changes]");
      if (!wanted || wanted.dataset.changes !== main.dataset.changes) { sayChanged(); return; }
      if (isBeingFilledIn()) { sayChanged(); return; }
      const at = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
      show(wanted, () => say("This page was brought up to date at " + at + ".", true));
      document.title = page.title;
      version = wanted.dataset.version;
    } catch {
      sayChanged();
    } finally {
      asking = false;
      if (askAgain) { askAgain = false; ask(); }
    }
  }

  /* Being told */

  function hush() {
    if (source) source.close();
    source = null;
  }

  function listen() {
    if (stopped || source || document.hidden) return;
    source = new EventSource(main.dataset.changes + "?since=" + encodeURIComponent(version));
    source.addEventListener("open", () => { attempts = 0; if (lost) { lost = false; say("", true); } });
    source.addEventListener("changed", (event) => { version = event.lastEventId || version; ask(); });
    source.addEventListener("ended", (event) => { hush(); stopped = event.data === "access"; lost = true; sayNoMore(); });
    source.addEventListener("error", () => {
      if (!source || source.readyState !== EventSource.CLOSED) return;
      hush();
      attempts += 1;
      if (attempts > MOST_ATTEMPTS) { stopped = true; sayNoMore(); return; }
      setTimeout(listen, Math.min(LONGEST_WAIT, 1000 * 2 ** attempts));
    });
  }

  document.addEventListener("visibilitychange", () => { if (document.hidden) hush(); else listen(); });
  addEventListener("pagehide", hush);
  addEventListener("pageshow", listen);
  listen();
})();
