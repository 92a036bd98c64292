// Sends files one after the other, and follows each until it has its outcome.
"use strict";
(function () {
  const form = document.getElementById("upload");
  if (!form) { return; }
  const every = 1000;
  const drop = document.getElementById("drop");
  const waiting = [];
  let sending = false;

  function line(name) {
    const item = document.createElement("li");
    const title = document.createElement("strong");
    const mark = document.createElement("span");
    const step = document.createElement("span");
    title.textContent = name;
    mark.className = "mark processing";
    mark.textContent = "WAITS";
    item.append(title, " ", mark, " ", step);
    document.getElementById("none").hidden = true;
    document.getElementById("list").prepend(item);
    return {
      say(word, text, kind) {
        mark.textContent = word;
        mark.className = "mark " + kind;
        step.textContent = text;
      },
      link(id) {
        if (title.querySelector("a")) { return; }
        const link = document.createElement("a");
        link.href = "/files/" + id;
        link.textContent = title.textContent;
        title.replaceChildren(link);
      },
    };
  }

  async function answer(path) {
    const found = await fetch(path, { credentials: "same-origin" });
    if (found.headers.get("content-type") === "application/json") { return [found.ok, await found.json()]; }
    const page = new DOMParser().parseFromString(await found.text(), "text/html");
    const said = page.querySelector("#main p");
    return [found.ok, { problem: said ? said.textContent : "status " + found.status }];
  }

  function put(file, key, shown) {
    return new Promise(function (resolve, reject) {
      const request = new XMLHttpRequest();
      request.open("POST", "/upload/file?key=" + encodeURIComponent(key));
      request.setRequestHeader("X-Rowledger-CSRF", form.dataset.csrf);
      request.upload.addEventListener("progress", function (event) {
        const part = event.total ? Math.floor(100 * event.loaded / event.total) : 100;
        shown.say("SENDING", part < 100 ? part + " %" : "on its way to S3", "processing");
      });
      request.addEventListener("error", function () { reject(new Error("the console does not answer")); });
      request.addEventListener("load", function () {
        let said = null;
        try { said = JSON.parse(request.responseText); } catch (error) {
          const page = new DOMParser().parseFromString(request.responseText, "text/html");
          const text = page.querySelector("#main p");
          said = { problem: text ? text.textContent : "status " + request.status };
        }
        if (request.status === 200) { resolve(said); } else { reject(new Error(said.problem)); }
      });
      request.send(file);
    });
  }

  async function follow(path, shown) {
    for (;;) {
      try {
        const [good, said] = await answer(path);
        if (!good) { shown.say("WAITS", "asked again: " + said.problem, "warned"); } else {
          if (said.id) { shown.link(said.id); }
          const kind = { SUCCESS: "success", FAILED: "failed" }[said.status] || "processing";
          shown.say(said.status || "SENT", said.step, kind);
          if (said.done) { return; }
        }
      } catch (error) {
        // The console was ended, or starts again.
        shown.say("WAITS", "the console does not answer: trying again", "warned");
      }
      await new Promise(function (resolve) { window.setTimeout(resolve, every); });
    }
  }

  async function next() {
    if (sending || !waiting.length) { return; }
    sending = true;
    const [file, key, shown] = waiting.shift();
    try {
      const [good, plan] = await answer("/upload/plan?key=" + encodeURIComponent(key));
      if (!good) { throw new Error(plan.problem); }
      shown.say("SENDING", plan.replaces, "processing");
      const sent = await put(file, key, shown);
      shown.say("SENT", plan.replaces, "processing");
      follow(sent.outcome, shown);
    } catch (error) {
      shown.say("NOT SENT", error.message, "failed");
    }
    sending = false;
    next();
  }

  function add(files) {
    const prefix = document.getElementById("prefix").value.trim().replace(/\/+$/, "");
    for (const file of files) {
      const key = prefix ? prefix + "/" + file.name : file.name;
      waiting.push([file, key, line(key)]);
    }
    next();
  }

  form.addEventListener("submit", function (event) { event.preventDefault(); });
  document.getElementById("files").addEventListener("change", function (event) {
    add(event.target.files);
    event.target.value = "";
  });
  for (const name of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, function (event) {
      event.preventDefault();
      drop.classList.toggle("over-it", name === "dragover");
      if (name === "drop") { add(event.dataTransfer.files); }
    });
  }
  // What is dropped beside it would take the place of the page.
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, function (event) { event.preventDefault(); });
  }
  window.addEventListener("beforeunload", function (event) {
    if (sending || waiting.length) { event.preventDefault(); }
  });
})();
