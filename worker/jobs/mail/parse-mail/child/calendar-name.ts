// Names a calendar part that has no name by what it invites to.
import ICAL from "ical.js";

/** Bytes that are read. An invitation says its summary early. */
export const calendarBytes = 256 * 1024;

const fallback = "invitation";

/** A name such as `Launch of the spring issue.ics`. */
export function calendarName(text: string): string {
  return `${summaryOf(text) ?? fallback}.ics`;
}

function summaryOf(text: string): string | undefined {
  try {
    const calendar = new ICAL.Component(ICAL.parse(text.trim()));
    const entry = calendar.getFirstSubcomponent("vevent") ?? calendar.getFirstSubcomponent("vtodo");
    const summary: unknown = entry?.getFirstPropertyValue("summary");
    return typeof summary === "string" && summary.trim() !== "" ? summary.trim().slice(0, 100) : undefined;
  } catch {
    // A damaged calendar is still a calendar.
    return undefined;
  }
}
