// The icons that pages use, from lucide, drawn into the page. They are decoration: a word or a label stands beside each.
import { raw } from "hono/html";
import {
  Archive,
  ArrowDown,
  ArrowUp,
  Bell,
  BookOpen,
  Check,
  CircleAlert,
  Clock,
  Code,
  Copy,
  Download,
  Ellipsis,
  File,
  FileSpreadsheet,
  FileText,
  Folder,
  Image,
  Inbox,
  KeyRound,
  Link,
  Lock,
  LogOut,
  Music,
  Pencil,
  Presentation,
  ScrollText,
  Search,
  Share2,
  Trash2,
  Trophy,
  Upload,
  UserRound,
  UsersRound,
  Video,
  X,
} from "lucide-static";
import type { Html } from "./html.ts";

const icons = {
  alert: CircleAlert,
  archive: Archive,
  audio: Music,
  bell: Bell,
  book: BookOpen,
  check: Check,
  clock: Clock,
  close: X,
  code: Code,
  copy: Copy,
  delete: Trash2,
  down: ArrowDown,
  download: Download,
  edit: Pencil,
  file: File,
  folder: Folder,
  inbox: Inbox,
  key: KeyRound,
  link: Link,
  lock: Lock,
  log: ScrollText,
  more: Ellipsis,
  people: UsersRound,
  person: UserRound,
  picture: Image,
  search: Search,
  share: Share2,
  signOut: LogOut,
  slides: Presentation,
  table: FileSpreadsheet,
  text: FileText,
  trophy: Trophy,
  up: ArrowUp,
  upload: Upload,
  video: Video,
} as const;

export type IconName = keyof typeof icons;

/** An icon of the text's size. Screen readers skip it. */
export function icon(name: IconName): Html {
  const [, inner = ""] = /<svg[^>]*>(.*)<\/svg>/s.exec(icons[name]) ?? [];
  const paths = inner.replace(/\s+/g, " ").trim();
  return raw(
    `<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${paths}</svg>`,
  );
}
