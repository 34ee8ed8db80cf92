// eventsource-client: an asynchronous iterator; comes back by itself.

import {createEventSource} from 'eventsource-client'
import {headers, say, url} from './saying.mjs'

const source = createEventSource({url, headers})
for await (const {event, id, data} of source) {
  if (say(event ?? 'message', id, data)) {
    source.close()
    break
  }
}
