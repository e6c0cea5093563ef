// The pictures' page: uploads with the reason for a refusal before anything is sent.
import { pictureCarrier } from "./uploads/picture-carrier.ts";
import { startUploads, uploadArea } from "./uploads/start.ts";

const area = uploadArea();
if (area !== null) {
  const base = area.dataset.purpose === "pictures" ? "/api/v1/pictures" : "/api/v1/anonymous-pictures";
  const album = () => area.querySelector<HTMLInputElement>('input[name="album"]')?.value.trim() ?? "";
  startUploads(area, pictureCarrier(base, album));
}
