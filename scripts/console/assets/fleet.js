// Starts the fleet's page: keeps its figures fresh.
import { keepLive } from "./live.js";

keepLive({ from: "/live" });
