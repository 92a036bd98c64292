// Follows a file that has no outcome yet: its page is asked again until it has one.
"use strict";
(function () {
  const every = 1500;
  async function look() {
    const shown = document.getElementById("main");
    if (!document.querySelector("[data-follow]")) { return; }
    try {
      const answer = await fetch(window.location.href, { credentials: "same-origin" });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const found = page.getElementById("main");
        // What somebody is in the middle of is left alone until nothing in it has the focus.
        const busy = shown.contains(document.activeElement) && document.activeElement !== shown;
        if (found && !busy && found.innerHTML !== shown.innerHTML) {
          shown.replaceChildren(...found.childNodes);
        }
      }
    } catch (error) {
      // The console or the pipeline is away: it may come back, and is asked again.
    }
    window.setTimeout(look, every);
  }
  window.setTimeout(look, every);
})();
