// More kinds of text than this are no longer repetitions.
const mostTexts = 1_000;

/** Gives one text for equal ones: what is parsed from JSON brings its own each time, and is kept for long. */
export function createSharedTexts(): (text: string) => string {
  const texts = new Map<string, string>();
  return (text) => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    if (texts.size >= mostTexts) texts.clear();
    texts.set(text, text);
    return text;
  };
}
