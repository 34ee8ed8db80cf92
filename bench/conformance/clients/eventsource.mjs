// eventsource: the browsers' EventSource for Node.js; comes back by itself.

import {EventSource} from 'eventsource'
import {headers, names, say, url} from './saying.mjs'

const source = new EventSource(url, {
  fetch: (input, init) => fetch(input, {...init, headers: {...init.headers, ...headers}}),
})
for (const name of names) {
  source.addEventListener(name, (event) => {
    if (say(event.type, event.lastEventId, event.data)) source.close()
  })
}
