// Starts the mailbox's list: keeps it fresh.
import { keepLive } from "./live.js";

const connection = document.getElementById("connection");

keepLive({
  from: "/mail/live",
  everyMs: 2000,
  onLost: () => {
    connection.textContent = "The local system does not answer. This list is old; still trying.";
    connection.hidden = false;
  },
  onBack: () => {
    connection.hidden = true;
  },
});
