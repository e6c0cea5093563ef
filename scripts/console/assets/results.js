// Starts the page of results: keeps them fresh and accepts pictures.
import "./live-results.js";
import { acceptUploads } from "./uploads.js";

acceptUploads();
