// VS2 in the reader's browser. `core` computes what vs2_nb computes, from inner products; the rest draws. No library, no server.
(function (root) {
  'use strict'
  const floats = b64 => {
    const raw = typeof atob === 'function' ? atob(b64) : Buffer.from(b64, 'base64').toString('latin1')
    const bytes = new Uint8Array(raw.length)
    for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i)
    return new Float32Array(bytes.buffer)
  }
  // aᵀ M a, where M is symmetric and its upper triangle lies in `m` from `at`
  const quadratic = (m, at, a) => {
    let sum = 0
    for (let i = 0; i < a.length; i++) {
      sum += a[i] * a[i] * m[at++]
      for (let j = i + 1; j < a.length; j++) sum += 2 * a[i] * a[j] * m[at++]
    }
    return sum
  }
  const core = {
    // base64 → Float32Array, once for each set
    open(set) {
      if (set.ready) return set
      for (const d of [set.x, ...Object.values(set.dictionaries)]) {
        for (const k of ['z', 'index', 'G', 'C', 'H', 'h', 'T', 'at', 'fvu']) if (typeof d[k] === 'string') d[k] = floats(d[k])
      }
      if (set.tail) set.tail.bt = floats(set.tail.bt)
      set.ready = true
      return set
    },
    // x̂ = s (a₀ x + Σ a_j D_j), the length of x kept: the weights s·a of picture i; `on` says which latents are amplified
    weights(set, i, {method, alpha, on, gate}) {
      const d = set.dictionaries[method] || set.dictionaries.VS2, a = new Float64Array(d.k + 1)
      a[0] = 1
      const open = !gate || core.fvu(set, i) <= set.thresholds[gate]
      if (set.dictionaries[method] && open) {
        if (method === 'centroid') { a[0] = 1 + alpha; a[1] = -alpha }
        else for (let j = 0; j < d.k; j++) a[j + 1] = on && !on[j] ? 0 : alpha * d.z[i * d.k + j]
      }
      const size = (d.k + 1) * (d.k + 2) / 2, s = Math.sqrt(d.G[i * size] / quadratic(d.G, i * size, a))
      return a.map(v => v * s)
    },
    // Σ a · row, over x and the latents' rows
    along(set, i, d, a, table, width) {
      const out = new Float64Array(width)
      for (let c = 0; c < width; c++) out[c] = a[0] * set.x[table][i * width + c]
      for (let j = 0; j < d.k; j++) {
        if (!a[j + 1]) continue
        const row = d.index[i * d.k + j] * width
        for (let c = 0; c < width; c++) out[c] += a[j + 1] * d[table][row + c]
      }
      return out
    },
    logits(set, i, how) {
      const d = set.dictionaries[how.method] || set.dictionaries.VS2, a = core.weights(set, i, how)
      const size = (d.k + 1) * (d.k + 2) / 2, t = core.along(set, i, d, a, 'T', set.classes.length)
      if (!set.tail) return t.map(v => set.scale * v / Math.sqrt(quadratic(d.G, i * size, a)))
      const sigma = Math.sqrt(quadratic(d.C, i * size, a) + set.tail.eps)
      const b = core.along(set, i, d, a, 'h', 1)[0]
      const length = Math.sqrt(quadratic(d.H, i * size, a) / sigma ** 2 + 2 * b / sigma + set.tail.bb)
      return t.map((v, c) => set.scale * (v / sigma + set.tail.bt[c]) / length)
    },
    probabilities(set, i, how) {
      const l = core.logits(set, i, how), top = Math.max(...l), e = l.map(v => Math.exp(v - top)), sum = e.reduce((p, v) => p + v, 0)
      return Array.from(e, v => v / sum)
    },
    place(set, i, how) { // on the map
      const d = set.dictionaries[how.method] || set.dictionaries.VS2
      return core.along(set, i, d, core.weights(set, i, how), 'at', 2)
    },
    fvu: (set, i) => set.x.fvu[i],
  }
  root.VS2Explorer = {core, data: null, load: d => { root.VS2Explorer.data = d }}
  if (typeof module === 'object' && module.exports) { module.exports = root.VS2Explorer; return }

  // ------------------------------------------------------------------ what is seen
  const el = (tag, attrs = {}, ...kids) => {
    const e = document.createElementNS(/^(svg|circle|line|text|title|path)$/.test(tag) ? 'http://www.w3.org/2000/svg' : 'http://www.w3.org/1999/xhtml', tag)
    for (const [k, v] of Object.entries(attrs)) {
      if (k.startsWith('on')) e.addEventListener(k.slice(2), v)
      else if (v != null && v !== false) e.setAttribute(k, v)
    }
    e.append(...kids.filter(k => k != null))
    return e
  }
  const pct = p => p > .995 ? '> 99 %' : p < .005 ? '< 1 %' : Math.round(100 * p) + ' %'
  const best = p => p.indexOf(Math.max(...p))
  const METHODS = {VS2: 'VS2: its own active latents', centroid: 'centroid: away from the mean', 'random dictionary': 'random dictionary: never trained'}
  const OFF = {method: 'none'}
  const state = {set: 'photos', i: 0, method: 'VS2', alpha: 1.05, gate: '', off: new Set()}
  let box, parts

  const set = () => core.open(root.VS2Explorer.data.sets[state.set])
  const how = () => {
    const k = (set().dictionaries[state.method] || {}).k
    return {method: state.method, alpha: state.alpha, gate: state.gate || null, on: Array.from({length: k}, (_, j) => !state.off.has(j))}
  }
  const mended = () => { // the first picture that VS2 puts right, to begin with
    const s = set(), right = (i, method) => best(core.probabilities(s, i, {method, alpha: state.alpha})) === s.pictures[i].truth
    return Math.max(0, s.pictures.findIndex((_, i) => right(i, 'VS2') && !right(i, 'none')))
  }
  const change = more => { Object.assign(state, more); draw() }
  const picture = (p, size, alt = '') => el('img', {src: p, width: size, height: size, alt, draggable: 'false'})
  const thumbs = (s, row) => s.sheet.tops[state.method] ? s.sheet.tops[state.method][row].map(n => tile(s.sheet, n)) : []
  const tile = ({columns, rows}, n) => el('span', {class: 'tile', style: `background-size:${columns * 100}% auto;` +
    `background-position:${100 * (n % columns) / (columns - 1)}% ${100 * Math.floor(n / columns) / Math.max(1, rows - 1)}%`})

  function bars(s, before, after, truth) {
    const shown = [...new Set([best(before), best(after), truth, ...[...after.keys()].sort((a, b) => after[b] - after[a]).slice(0, 5)])].slice(0, 6)
      .sort((a, b) => after[b] - after[a])
    return el('div', {class: 'bars'}, ...shown.flatMap(c => [
      el('div', {class: 'name'}, s.classes[c], c === truth ? el('span', {class: 'true'}, ' ✓ true') : ''),
      el('div', {class: 'figures'}, `${pct(before[c])} → `, el('b', {}, pct(after[c]))),
      el('div', {class: 'pair'},
        el('div', {class: 'bar before', style: `width:${100 * before[c]}%`}), el('div', {class: 'bar after', style: `width:${100 * after[c]}%`}))]))
  }

  function latents(s) {
    const d = s.dictionaries[state.method]
    if (state.method === 'centroid') return el('p', {}, 'Centroid steering has no latents: x is pushed away from the mean of the training activations, whatever it shows.')
    const z = j => d.z[state.i * d.k + j], most = Math.max(...Array.from({length: d.k}, (_, j) => z(j)))
    return el('div', {class: 'latents'}, ...Array.from({length: d.k}, (_, j) => j).filter(j => z(j) > 0).map(j => {
      const row = d.index[state.i * d.k + j], id = d.ids[row]
      return el('label', {class: state.off.has(j) ? 'latent off' : 'latent'},
        el('input', {type: 'checkbox', 'data-latent': j, 'aria-label': `latent ${id}, value ${z(j).toFixed(2)}`, onchange: e => {
          e.target.checked ? state.off.delete(j) : state.off.add(j); draw(true); e.target.closest('label').classList.toggle('off', !e.target.checked)
        }, ...(state.off.has(j) ? {} : {checked: ''})}),
        el('span', {class: 'tiles'}, ...thumbs(s, row)),
        el('span', {class: 'value'}, el('span', {class: 'bar after', style: `width:${100 * z(j) / most}%`}), el('span', {class: 'figures'}, `${id} · ${z(j).toFixed(2)}`)))
    }))
  }

  function map(s) {
    const xy = s.pictures.map((_, i) => core.place(s, i, OFF)), to = core.place(s, state.i, how())
    const all = [...xy, to], lo = [0, 1].map(k => Math.min(...all.map(p => p[k]))), hi = [0, 1].map(k => Math.max(...all.map(p => p[k])))
    const X = p => 10 + 280 * (p[0] - lo[0]) / (hi[0] - lo[0]), Y = p => 190 - 180 * (p[1] - lo[1]) / (hi[1] - lo[1])
    const here = xy[state.i]
    return el('svg', {viewBox: '0 0 300 200', role: 'img',
      'aria-label': 'Map of the pictures by the first two principal components of x; a line leads from this picture to where steering moves it'},
      ...xy.map((p, i) => el('circle', {cx: X(p), cy: Y(p), r: i === state.i ? 5 : 3.5, class: i === state.i ? 'here' : 'dot',
        onclick: () => change({i, off: new Set()})}, el('title', {}, s.classes[s.pictures[i].truth]))),
      el('line', {x1: X(here), y1: Y(here), x2: X(to), y2: Y(to), class: 'moved'}), el('circle', {cx: X(to), cy: Y(to), r: 4, class: 'there'}))
  }

  function draw(light) {
    const s = set(), p = s.pictures[state.i], before = core.probabilities(s, state.i, OFF), after = core.probabilities(s, state.i, how())
    const fvu = core.fvu(s, state.i), closed = state.gate && fvu > s.thresholds[state.gate]
    const right = h => s.pictures.filter((q, i) => best(core.probabilities(s, i, h)) === q.truth).length
    const every = {...how(), on: null}
    parts.alpha.textContent = state.alpha.toFixed(2)
    parts.big.replaceChildren(picture(p.image, 168, `a picture of the class ${s.classes[p.truth]}`), el('figcaption', {}, `${s.classes[p.truth]} (`, ...p.id.split(/(?<=[/_-])/).flatMap(t => [t, el('wbr')]), ')'))
    parts.said.replaceChildren(`Zero-shot says `, el('b', {}, s.classes[best(before)]), `, steered `,
      el('b', {}, s.classes[best(after)]), `; it is `, el('b', {}, s.classes[p.truth]), '. ',
      `FVU of this picture is ${fvu.toFixed(2)}` +
      (state.gate ? `, the gate's threshold ${s.thresholds[state.gate].toFixed(2)}: the gate is ${closed ? 'closed, nothing is changed' : 'open'}.` : '; the gate is off.'))
    parts.bars.replaceChildren(bars(s, before, after, p.truth))
    parts.map.replaceChildren(map(s))
    parts.all.textContent = `Of these ${s.pictures.length} pictures ${right(OFF)} are right before and ${right(every)} after, with all latents at this setting. ` +
      `So few say little: the pages of results have all.`
    if (light) return
    parts.latents.replaceChildren(latents(s))
    parts.strip.querySelectorAll('button').forEach((b, i) => b.setAttribute('aria-pressed', i === state.i))
    parts.gate.replaceChildren(el('option', {value: ''}, 'off'),
      ...Object.keys(s.thresholds).map(q => el('option', {value: q, ...(q === state.gate ? {selected: ''} : {})}, `on, quantile ${q}`)))
  }

  function strip() {
    const s = set()
    box.style.setProperty('--sheet', `url(${s.sheet.image})`)
    box.classList.toggle('pixels', s.sheet.pixels)
    parts.strip.replaceChildren(...s.pictures.map((p, i) => el('button', {type: 'button', 'aria-pressed': i === state.i, title: s.classes[p.truth],
      onclick: () => change({i, off: new Set()})},
      picture(p.image, 44, s.classes[p.truth]))))
  }
  const radios = (name, options) => Object.entries(options).map(([v, said]) => el('label', {}, el('input', {
    type: 'radio', name, value: v, ...(state[name] === v ? {checked: ''} : {}),
    onchange: () => { if (name === 'set') { state.set = v; state.i = mended(); strip(); seen() }
      change({[name]: v, off: new Set()}) }}), ' ' + said))

  function build() {
    parts = {alpha: el('output', {for: 'vs2-alpha'}), gate: el('select', {id: 'vs2-gate', onchange: e => change({gate: e.target.value})})}
    for (const k of ['bars', 'map', 'latents']) parts[k] = el('div', {class: k + '-box'})
    parts.big = el('figure', {class: 'big'})
    parts.said = el('p', {class: 'said', 'aria-live': 'polite'})
    parts.all = el('p', {class: 'all'})
    parts.strip = el('div', {class: 'strip', role: 'group', 'aria-label': 'Pictures'})
    parts.latents.tabIndex = 0; parts.latents.setAttribute('role', 'group'); parts.latents.setAttribute('aria-label', 'Active latents')
    const every = on => () => { const k = set().dictionaries[state.method].k; change({off: new Set(on ? [] : Array(k).keys())}) }
    box.replaceChildren(
      el('div', {class: 'controls'},
        el('fieldset', {}, el('legend', {}, 'Pictures'), ...radios('set', {photos: 'photographs', digits: 'handwritten digits'})),
        el('fieldset', {}, el('legend', {}, 'Method'), ...radios('method', METHODS)),
        el('fieldset', {}, el('legend', {}, 'How far'), el('label', {for: 'vs2-alpha'}, 'alpha ', parts.alpha),
          el('input', {id: 'vs2-alpha', type: 'range', min: 0, max: 3, step: .05, value: state.alpha, oninput: e => { state.alpha = +e.target.value; draw(true) }}),
          el('label', {for: 'vs2-gate'}, 'FVU gate ', parts.gate))),
      parts.strip,
      el('div', {class: 'columns'},
        el('div', {class: 'one'}, parts.big, parts.said),
        el('div', {}, el('h4', {}, 'Probabilities, before and after'), parts.bars, parts.all, el('h4', {}, 'Where it is among the others, and where to'), parts.map),
        el('div', {}, el('h4', {}, 'Active latents'),
          el('p', {class: 'buttons'}, el('button', {type: 'button', onclick: every(true)}, 'all on'),
            el('button', {type: 'button', onclick: every(false)}, 'all off')), parts.latents)))
    state.i = mended(); strip(); draw(); seen()
  }
  const seen = () => { // the chosen picture in sight
    const b = parts.strip.children[state.i]
    parts.strip.scrollLeft = b.offsetLeft - parts.strip.offsetLeft - parts.strip.clientWidth / 2
  }

  function start(e) {
    const ask = e && e.target
    if (ask) { ask.disabled = true; ask.textContent = 'Loading …' }
    const failed = () => { if (ask) { ask.disabled = false; ask.textContent = `${box.dataset.src} cannot be loaded: try again` } }
    document.head.append(el('script', {src: box.dataset.src, onload: build, onerror: failed}))
  }
  const ready = () => {
    if (!(box = document.getElementById('vs2-explorer'))) return
    root.VS2Explorer.state = state; root.VS2Explorer.draw = draw
    box.replaceChildren(el('p', {class: 'ask'}, el('button', {type: 'button', class: 'start', onclick: start}, box.dataset.ask || 'Start')))
    if (location.hash === '#go') start()
  }
  document.readyState === 'loading' ? document.addEventListener('DOMContentLoaded', ready) : ready()
})(typeof window === 'undefined' ? globalThis : window)
