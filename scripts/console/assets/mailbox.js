// Starts the mailbox's list: keeps it fresh.
import { keepLive } from "./live.js";

keepLive({ from: "/mail/live" });
