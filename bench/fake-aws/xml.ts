/** An element's content: text, or child elements by name. */
export function xmlElements(content: object): string {
  return Object.entries(content)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) =>
        `<${name}>${typeof value === "object" ? xmlElements(value) : escapeXml(String(value))}</${name}>`,
    )
    .join("");
}

function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
}
