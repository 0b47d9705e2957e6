
startTable();
startTimeline();
startPlots();

// On paper all is open, and light.
const openedForPrint = [];
addEventListener("beforeprint", () => {
  document.documentElement.dataset.printing = "";
  for (const each of document.querySelectorAll("details.root:not([open])")) { each.open = true; openedForPrint.push(each); }
  drawAll();
});
addEventListener("afterprint", () => {
  delete document.documentElement.dataset.printing;
  for (const each of openedForPrint.splice(0)) each.open = false;
  drawAll();
});
