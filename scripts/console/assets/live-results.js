// Starts the page of results: keeps them fresh.
import { keepLive } from "./live.js";

const { pathname, search } = location;
keepLive({ from: `${pathname.replace(/\/$/, "")}/live${search}` });
