export default async function hook(): Promise<void> {}
