"""Killed, written by two at once, a bit flipped, the disk full: what is read back is whole, or the error names the file.
Prints a line of figures for each check and one of JSON at the end; --quick does a few of each."""
import argparse, json, os, random, resource, shutil, signal, subprocess, sys, tempfile, time, traceback
os.environ |= dict(OMP_NUM_THREADS='1', TQDM_DISABLE='1', CUDA_VISIBLE_DEVICES='')
import torch
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from pathlib import Path
from vs2_nb.engine import files
from vs2_nb.paper import reproduce
from vs2_nb.activations import extract
from vs2_nb.engine.checkpoint import Checkpoint
from vs2_nb.clip import load_clip
from vs2_nb.datasets import load_dataset
from vs2_nb.evaluation import save_results
from vs2_nb.sae import TopKSAE, read_sae_json
from vs2_nb.steering import VS2, load_recipe, save_recipe
from vs2_nb.engine.store import DamagedStore, Store, StoreWriter, list_stores
from vs2_nb.train import train_sae

draw = random.Random(0)
torch.set_num_threads(1)

# Processes

def started(job, *args):
    "A job in a process of its own; ends with 0 if it raised nothing."
    sys.stdout.flush()
    if (pid := os.fork()): return pid
    try: job(*args); os._exit(0)
    except BaseException: traceback.print_exc(); sys.stderr.flush(); os._exit(1)

def ended(pid, within=120):
    "How it ended; one that never does is a fault."
    stop = time.monotonic() + within
    while not (found := os.waitpid(pid, os.WNOHANG))[0]:
        if time.monotonic() > stop: os.kill(pid, signal.SIGKILL); os.waitpid(pid, 0); raise AssertionError('it hangs')
        time.sleep(.005)
    return found[1]

def killed(job, *args, longest):
    "Kill a job at a random moment."
    pid = started(job, *args)
    time.sleep(draw.uniform(0, longest))
    os.kill(pid, signal.SIGKILL); os.waitpid(pid, 0)

def weights_of(sae): return files.sha256_tensors(sae.state_dict())
def contents(path): return {f.name: f.read_bytes() for f in path.iterdir() if f.is_file()}

# Kills and pairs

def recipe(number):
    "An SAE of some size, gamma its number."
    sae = TopKSAE(128, 1024, 8, seed=number).centre(torch.zeros(128), 1.)
    return VS2(sae, gamma=1.5 + number)

def save_kills(root, times):
    "A recipe saved over another, again and again, and killed."
    clip = load_clip(device='cpu'); made = [recipe(i) for i in (0, 1)]
    known, hit = {weights_of(v.sae): v.gamma for v in made}, 0
    def saving():
        for i in range(10**6): save_recipe(root, made[i % 2], clip.identity)
    save_recipe(root, made[0], clip.identity)
    for _ in range(times):
        killed(saving, longest=.12)
        hit += len(list(root.iterdir())) > 2 # new weights beside the old, or a temporary file
        back = load_recipe(root, clip)
        assert known[weights_of(back.sae)] == back.gamma, 'weights of one and gamma of the other'
    save_recipe(root, made[0], clip.identity)
    assert len(list(root.iterdir())) == 2, sorted(f.name for f in root.iterdir()) # what the kills left is gone
    return dict(kills=times, in_a_write=hit, lost=0)

def checkpoint_kills(root, times):
    "A checkpoint written again and again, and killed."
    def saving():
        with Checkpoint(root, 'job') as keep:
            step = keep.load()[1]['step'] if keep.load() else 0
            while True: step += 1; keep.save({c: torch.full((100_000,), float(step)) for c in 'abc'}, step)
    hit, last = 0, 0
    for _ in range(times):
        killed(saving, longest=.12)
        hit += any(f.name.startswith('.') for f in root.glob('.*'))
        with Checkpoint(root, 'job') as keep: found = keep.load()
        if not found: continue
        assert {v for t in found[0].values() for v in t.unique().tolist()} == {float(found[1]['step'])}
        assert found[1]['step'] >= last; last = found[1]['step']
    assert sorted(f.name for f in root.iterdir()) == ['checkpoint.safetensors', 'lock']
    return dict(kills=times, in_a_write=hit, lost=0, steps=last)

def training_pairs(root, times):
    "Two trainings with one checkpoint folder; in every second pair the first one is killed."
    x = torch.randn(600, 32, generator=torch.Generator().manual_seed(0))
    options = dict(epochs=4, batch_size=32, device='cpu')
    straight = weights_of(train_sae(x, **options))
    def train(name, folder): train_sae(x, **options, checkpoint=folder/'checkpoint', every=0).save(folder/name)
    for pair in range(times):
        folder, both = root/str(pair), []
        for name in 'ab': both.append(started(train, name, folder)); time.sleep(draw.uniform(0, .1))
        if pair % 2: os.kill(both[0], signal.SIGKILL)
        ends = [ended(pid) for pid in both]
        assert ends[1] == 0 and (pair % 2 or ends[0] == 0), f'pair {pair}: {ends}'
        for name in 'b' if pair % 2 else 'ab': assert weights_of(TopKSAE.load(folder/name)) == straight
    return dict(pairs=times, one_killed=times//2, lost=0)

def save_pairs(root, times):
    "Two processes save SAEs into one folder."
    made = [recipe(i).sae for i in (0, 1)]
    def saving(i): [made[i].save(root) for _ in range(30)]
    for _ in range(times):
        assert [ended(p) for p in [started(saving, 0), started(saving, 1)]] == [0, 0]
        assert weights_of(TopKSAE.load(root)) in map(weights_of, made)
    return dict(pairs=times, lost=0)

def store_pairs(root, times):
    "Two extractions into one folder; in every second pair the first one is killed."
    clip, data = load_clip(device='cpu'), load_dataset('digits').test.take(range(200))
    def run(path): extract(clip, data, path, shard_size=10)
    run(root/'straight')
    for pair in range(times):
        path = root/str(pair)
        both = [started(run, path), started(run, path)]
        if pair % 2: time.sleep(draw.uniform(0, .15)); os.kill(both[0], signal.SIGKILL)
        ends = [ended(pid) for pid in both]
        assert ends[1] == 0 and (pair % 2 or ends[0] == 0), f'pair {pair}: {ends}'
        assert contents(path) == contents(root/'straight')
        Store(path)
    return dict(pairs=times, one_killed=times//2, lost=0)

# Damage

def flips(root, times):
    "Bits flipped in every file of everything that is kept: each is refused, and the file is named."
    clip, data = load_clip(device='cpu'), load_dataset('digits').test.take(range(60))
    vs2 = recipe(0)
    extract(clip, data, root/'store', shard_size=30)
    vs2.sae.save(root/'SAE'); save_recipe(root/'recipe', vs2, clip.identity)
    Checkpoint(root/'checkpoint', 'job').save(dict(w=torch.randn(99)), 3, history=[dict(loss=1.)])
    files.save_tensors(root/'tensors/t.safetensors', dict(t=torch.randn(50)), dict(of='cats'))
    import pandas as pd
    save_results(root/'results/table6.json', pd.DataFrame([dict(top1=68.4, n=359)]), config=1, pictures={})
    readers = dict(store=Store, SAE=TopKSAE.load, recipe=lambda p: load_recipe(p, clip), checkpoint=lambda p: Checkpoint(p, 'job').load(),
                   tensors=lambda p: files.read_tensors(p/'t.safetensors'), results=lambda p: files.read_json(p/'table6.json', 1, sealed=True))
    figures = {}
    for name, read in readers.items():
        read(root/name) # whole
        for file in sorted(f for f in (root/name).iterdir() if f.stat().st_size):
            whole = file.read_bytes()
            for _ in range(times):
                raw, bit = bytearray(whole), draw.randrange(8*len(whole)); raw[bit//8] ^= 1 << bit % 8
                file.write_bytes(raw)
                try: read(root/name)
                except ValueError as e: assert file.name in str(e), f'{name}: {e}'
                else: raise AssertionError(f'{file.name}, bit {bit}: not found')
                with redirect_stderr(StringIO()) as said: assert name != 'results' or reproduce._read(file) is None and 'computed again' in said.getvalue()
                figures[name] = figures.get(name, 0) + 1
            file.write_bytes(whole)
        read(root/name)
    return dict(flips=sum(figures.values()), silent=0) | figures

def symlink(root, times):
    "A link planted under the temporary name, which somebody has guessed: nothing is written through it."
    (root/'mine.txt').write_text('mine')
    token = files.secrets.token_hex
    files.secrets.token_hex = lambda n: 'ab'*n
    jobs = dict(json=('a.json', lambda p: files.write_json(p, {})), tensors=('a.safetensors', lambda p: files.save_tensors(p, {})))
    try:
        for name, write in jobs.values():
            (root/f'.{"ab"*8}-{name}').symlink_to(root/'mine.txt')
            try: write(root/name)
            except FileExistsError: pass
            else: raise AssertionError('a link was followed')
    finally: files.secrets.token_hex = token
    assert (root/'mine.txt').read_text() == 'mine' and not list(root.glob('a.*'))
    return dict(links=len(jobs), followed=0)

# Limits

def few_rows(path, shards):
    "A store of so many shards of three columns."
    import numpy as np
    os.environ['VS2_NB_FSYNC'] = '0'
    w = StoreWriter(path, dict(model='made up'))
    for i in range(shards): w.write(i, dict(x=np.full((5, 4), i, np.float32), y=np.full(5, i), ids=np.full(5, str(i))))
    del os.environ['VS2_NB_FSYNC']
    return w.finish(shards)

def read_only(root, times):
    "A finished store in a folder where nobody may write, read by somebody else."
    clip, data = load_clip(device='cpu'), load_dataset('digits').test.take(range(30))
    extract(clip, data, root/'store'); (root/'store/lock').unlink(missing_ok=True)
    for f in [*root.rglob('*'), root]: f.chmod(0o555 if f.is_dir() else 0o444)
    def read():
        if os.geteuid() == 0: os.setgid(65534); os.setuid(65534) # root may write everywhere
        assert not os.access(root/'store', os.W_OK)
        assert len(Store(root/'store').load()) == 30 and list_stores(root).rows.tolist() == [30]
        assert len(extract(clip, data, root/'store')) == 30
    end = ended(started(read))
    for f in [root, *root.rglob('*')]: f.chmod(0o755)
    assert end == 0
    return dict(stores=1, refused=0)

def many_files(root, times):
    "More files in a store than may be open; and none left."
    few_rows(root/'store', shards := 600 if times > 1 else 200)
    def read():
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))
        store = Store(root/'store')
        idx = torch.randperm(len(store))
        assert store.take(idx).y.equal(idx//5) and store.load().x[-1, 0] == shards - 1
        free = os.open(os.devnull, os.O_RDONLY); os.close(free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (free, 200))
        try: Store(root/'store')
        except DamagedStore: raise AssertionError('too many open files are no damage')
        except OSError as e: assert e.errno == 24, e
        else: raise AssertionError('no error')
    assert ended(started(read)) == 0
    return dict(files=3*shards, descriptors=200)

@contextmanager
def small_disk(root):
    "A disk of 3 MB, where one can be made; elsewhere no file may be larger than 3 MB."
    root.mkdir(exist_ok=True)
    mounted = os.geteuid() == 0 and subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', str(root)], capture_output=True).returncode == 0
    if not mounted: resource.setrlimit(resource.RLIMIT_FSIZE, (3 << 20, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    try: yield mounted
    finally:
        if mounted: subprocess.run(['umount', str(root)], check=True)

def full_disk(root, times):
    "The disk is full: the error says so, the old file is whole and nothing lies about."
    def job():
        with small_disk(root/'disk') as mounted:
            d, small, large = root/'disk', recipe(0).sae, TopKSAE(256, 4096, 8)
            small.save(d/'sae')
            jobs = dict(sae=lambda: large.save(d/'sae'), json=lambda: files.write_json(d/'a.json', 'x'*4_000_000),
                        checkpoint=lambda: Checkpoint(d/'c', '').save(dict(w=torch.zeros(10**6)), 1),
                        store=lambda: StoreWriter(d/'store', {}).write(0, dict(x=torch.zeros(10**6, 1).numpy())))
            for name, f in jobs.items():
                try: f()
                except OSError as e: assert e.errno == (28 if mounted else 27), e # no space left; file too large
                else: raise AssertionError(f'{name}: no error')
                assert not [f for f in d.rglob('*') if f.is_file() and f.name.startswith('.')], name
            assert weights_of(TopKSAE.load(d/'sae')) == weights_of(small)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    assert ended(started(job)) == 0
    return dict(writes=4, lost=0)

CHECKS = { # function → how often, and how often in a quick run
    save_kills: (150, 12), checkpoint_kills: (60, 6), training_pairs: (12, 2), save_pairs: (12, 1), store_pairs: (12, 2), flips: (150, 8),
    symlink: (1, 1), read_only: (1, 1), many_files: (2, 1), full_disk: (1, 1)}

def main():
    p = argparse.ArgumentParser(description=__doc__); p.add_argument('--quick', action='store_true'); quick = p.parse_args().quick
    figures, failed = {}, []
    with tempfile.TemporaryDirectory() as tmp:
        os.chmod(tmp, 0o755); os.environ['VS2_NB_CACHE'] = f'{tmp}/cache'
        for check, times in CHECKS.items():
            (root := Path(tmp)/check.__name__).mkdir(); start = time.monotonic()
            try: figures[check.__name__] = check(root, times[quick])
            except Exception: failed.append(check.__name__); traceback.print_exc()
            said = ', '.join(f'{k} {v}' for k, v in figures.get(check.__name__, dict(FAILED='')).items())
            print(f'{check.__name__:17} {said} ({time.monotonic()-start:.1f} s)', flush=True)
    print(json.dumps(figures))
    sys.exit(f'failed: {", ".join(failed)}' if failed else 0)

if __name__ == '__main__': main()
