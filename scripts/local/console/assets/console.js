// Starts the page: keeps its figures fresh and accepts pictures.
import { keepLive } from "./live.js";
import { acceptUploads } from "./uploads.js";

const connection = document.getElementById("connection");

keepLive({
  from: "/live",
  everyMs: 2000,
  onLost: () => {
    connection.textContent = "The fleet does not answer. These figures are old; still trying.";
    connection.hidden = false;
  },
  onBack: () => {
    connection.hidden = true;
  },
});

acceptUploads();
