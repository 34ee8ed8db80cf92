// launchdarkly-eventsource: callbacks per name; comes back by itself.

import {EventSource} from 'launchdarkly-eventsource'
import {headers, names, say, url} from './saying.mjs'

const source = new EventSource(url, {headers})
source.onerror = () => undefined
for (const name of names) {
  source.addEventListener(name, (event) => {
    if (say(event.type, event.lastEventId, event.data)) source.close()
  })
}
