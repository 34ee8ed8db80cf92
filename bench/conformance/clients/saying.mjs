// What every client program has in common: what it is told, and how it tells what it hears.

export const url = process.env.STREAM_URL
export const headers = JSON.parse(process.env.STREAM_HEADERS)
export const names = ['connected', 'document_update', 'message', 'done']

/** Tell of an event; whether it was the last one. */
export function say(event, id, data) {
  process.stdout.write(JSON.stringify({event, id: id ?? '', data}) + '\n')
  return event === 'done'
}
