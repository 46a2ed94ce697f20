/** A scraped page in the Prometheus text format. */
export interface MetricsPage {
  /** The sum over all series of a metric whose labels contain these; undefined where there is none. */
  sum(metric: string, labels?: Readonly<Record<string, string>>): number | undefined;
  /** How many series of a metric there are. */
  count(metric: string): number;
}

export async function scrape(url: string): Promise<MetricsPage> {
  const response = await fetch(url);
  return parseMetrics(await response.text());
}

export function parseMetrics(text: string): MetricsPage {
  const series = new Map<string, { labels: string; value: number }[]>();
  for (const line of text.split("\n")) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
    if (!match) continue;
    const [, name = "", labels = "", value] = match;
    const all = series.get(name) ?? [];
    all.push({ labels, value: Number(value) });
    series.set(name, all);
  }
  return {
    sum(metric, labels = {}) {
      const wanted = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
      const found = series.get(metric)?.filter((each) => wanted.every((label) => each.labels.includes(label)));
      return found === undefined || found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
    },
    count: (metric) => series.get(metric)?.length ?? 0,
  };
}
