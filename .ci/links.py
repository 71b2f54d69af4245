"""Every relative link and anchor in a built site points at something that exists, and no page asks another server for a program or a style."""
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

class Page(HTMLParser):
    "The ids of a page, where its links and pictures point, and what it loads."
    def __init__(self, path):
        super().__init__()
        self.ids, self.targets, self.loads = set(), [], []
        self.feed(path.read_text(encoding='utf-8'))
    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        self.ids |= {a[k] for k in ('id', 'name') if a.get(k)}
        self.targets += [a[k] for k in ('href', 'src') if a.get(k)]
        if tag in ('script', 'link') and a.get('rel', 'stylesheet') == 'stylesheet': self.loads += [v for k in ('href', 'src') if (v := a.get(k))]

if __name__ == '__main__':
    site = Path(sys.argv[1]).resolve()
    pages = {p: Page(p) for p in site.rglob('*.html')}
    bad, n = [], 0
    for path, page in pages.items():
        bad += [f'{path.relative_to(site)}: loads {t} from elsewhere' for t in page.loads if urlsplit(t).netloc]
        for target in page.targets:
            u = urlsplit(target)
            if u.scheme or u.netloc: continue
            to = (site/u.path.lstrip('/') if u.path.startswith('/') else path.parent/unquote(u.path)).resolve() if u.path else path
            if to.is_dir(): to = to/'index.html'
            n += 1
            if not to.exists() or (u.fragment and to in pages and unquote(u.fragment) not in pages[to].ids | {'top'}): bad.append(f'{path.relative_to(site)}: {target}')
    print(f'{len(pages)} pages, {n} links, {len(bad)} broken')
    sys.exit('\n'.join(bad) if bad or not pages else 0)
