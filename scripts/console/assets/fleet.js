// Starts the fleet's page: keeps its figures fresh, and its charts.
import { keepCharts } from "./charts.js";
import { keepLive } from "./live.js";

keepLive({ from: "/live" });
if (document.getElementById("charts") !== null) keepCharts("/api/charts");
