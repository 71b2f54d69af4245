"""Each module alone in a process of its own, imported and called: what works only inside its notebook fails here."""
import ast, sys, traceback
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

LIBRARIES = 'torch open_clip pandas sklearn.linear_model scipy.stats matplotlib.pyplot'.split() # read once; each process is forked from one that has them, and nothing of ours

CALLS = {
    'data': "m.digits().train[0]",
    'engine.files': "m.cache_dir()",
    'engine.check': "m.whole(3, 'k'), m.floats([[1.]], 'x', ('b', 1))",
    'engine.protocols': "m.a_method(None), m.a_method(abs)",
    'engine.names': "m.named('a')",
    'engine.pictures': "m.from_array(__import__('numpy').zeros((2, 2)))",
    'folders': "m.listing('.')",
    'console': "m.ranged(dict(batch=1)), m.names('cat,dog', 'classnames'), m.anno_parser(m.declared('vs2_steer')).format_help()",
    'engine.arguments': "m.Word('a', 'b').forms('a')",
    'engine.calls': "m.alike(m.torch.ones(2), m.torch.ones(2))",
    'engine.doors': "len(m.DOORS)",
    'engine.testing': "m.toy_sae()",
    'engine.identity': "m.probe_pictures()",
    'engine.site': "m.address('method/frozen.ipynb')",
    'metrics': "m.mcnemar(m.np.array([True, False]), m.np.array([True, True])), m.wilson([True]), m.holm([.1])",
    'texts': "m._prompts(['cat'], ['a {}'])",
    'frozen': "m.tap_points(m.torch.nn.Linear(2, 2))",
    'clip': "m.load_clip(device='cpu').text(['zero'])",
    'tower': "m.check_tower(m.FeatureTower({'cat': m.torch.randn(4), 'dog': m.torch.randn(4)}))",
    'engine.ranks': "m.join(), m.wait(), m.all_sum(m.torch.ones(2))",
    'engine.store': "m.list_stores(), m.own_files('.')",
    'engine.sources': "m.Union(m.torch.zeros(4, 2), m.torch.ones(3, 2)).take([5]), next(iter(m.batches(m.torch.zeros(4, 2), 2)))",
    'activations': "m.pixels([__import__('PIL.Image').Image.new('L', (2, 2))])",
    'sae': "m.TopKSAE(4, 8, 2)(m.torch.zeros(1, 4))",
    'variants': "m.BatchTopKSAE(4, 8, 2).eval()(m.torch.zeros(1, 4))",
    'engine.style': "m.COLOURS['blue'], m.plt.close(m.nothing(m.plt.subplots()[1]).figure)",
    'engine.sparse': "m.top(m.torch.randn(3, 64), 2), m.pays(8, 4, 16, 2)",
    'engine.checkpoint': "m.job_key(m.torch.zeros(2, 3), dict(k=1))",
    'engine.trainer': "m.k_at(3, 100, 11, 44)",
    'train': "m.train_sae(m.torch.randn(40, 12), epochs=1)",
    'steering': "m.VS2(m.TopKSAE(4, 8, 2))(m.torch.ones(1, 4))",
    'gate': "m.Gated(m.Steer(), m.TopKSAE(4, 8, 2), .5)",
    'retrieval': "m.NeighbourIndex(m.torch.randn(40, 12)).search(m.torch.randn(2, 12), 5)",
    'neighbours': "m.mix_neighbours(m.torch.eye(2), m.torch.ones(2, 1), m.torch.zeros(2, 1).long(), m.torch.eye(2), .5)",
    'compressed': "m.CompressedIndex(m.torch.randn(300, 8)).search(m.torch.randn(2, 8), 5)",
    'prototypes': "m.orthogonalise(m.torch.randn(3, 12))",
    'baselines': "m.NearestMean(m.torch.randn(40, 12), m.torch.arange(40) % 3, 3)(e=m.torch.randn(2, 12))",
    'classwise': "m.Sinkhorn(m.torch.eye(4)[:,:2])(e=m.torch.randn(5, 4))",
    'rivals': "m.RIVALS['ZLaP'](m.torch.eye(4)[:,:2])(e=m.torch.randn(5, 4))",
    'streams': "m.TDA(m.torch.eye(4)[:,:2])(e=m.torch.randn(5, 4))",
    'beyond': "m.bias_to(m.torch.randn(5, 3), m.torch.ones(3)/3), m.class_shares(m.torch.randn(5, 3))",
    'spread': "m.Components(m.torch.randn(9, 4), 2)(m.torch.randn(2, 4)), m.trust(.8)",
    'workbench': "m.prompt_fact(__import__('vs2_nb.data').data.digits(), 'flip', True)",
    'methods': "m.METHODS['VS2'].fit, m.GROUPS",
    'evaluation': "m.result_row('a', 'none', m.np.array([True, False]), m.np.array([True, True]))",
    'folds': "m.Seen({'a': 'none'}), m._how_many(3)",
    'analysis': "m.flops(lambda: m.torch.ones(2, 3) @ m.torch.ones(3, 4))",
    'choose': "m.judged({'a': m.torch.randn(20, 3)}, m.torch.randn(20, 4), ['IM', 'agreement'])",
    'mini_clip': "m.make_glyphs(3)",
    'photo': "m.load_photo().text(['dog'])",
    'stand_ins': "m.letters().test[0]",
    'engine.layouts': "m._pictures(0, 1, 4, 0)",
    'datasets': "m.load_dataset('letters').test[0]",
    'interpret': "m.firing_rates(m.TopKSAE(4, 8, 2), m.torch.randn(5, 4), m.torch.arange(5) % 2, 2)",
    'flips': "m.confusion_change(m.torch.eye(2), m.torch.eye(2), m.torch.arange(2), ['a', 'b'])",
    'look': "m._bar(.5, 'red')",
    'explorer': "m.stratified(m.torch.arange(20) % 5, 5)",
    'vectors': "m.Vectors([__import__('numpy').zeros((4, 2), 'float32')]).take([1])",
    'formats': "m.open_images('.')",
    'away': "m.where('memory://a'), m.where('.')",
    'cluster': "m.ShardWorker, m.extract_ray",
    'plan': "m.plan(10, 1, 1, 1, 1), m.simulate([1.], 4, 2)",
    'saes': "m.ImportedSAE(4, 8, 2)(m.torch.zeros(1, 4))",
    'saelens': "len(m.LAYOUTS)",
    'interop': "m.HubSAE(4, 8, 2)(m.torch.zeros(1, 4))",
    'bench_sae': "m.ratio(m.np.array([2.]), m.np.array([1.]))",
    'bench': "m.machine()",
    'paper.study': "m.Study(quick=True).folds('digits')",
    'paper.targets': "m.TARGETS",
    'paper.tables': "m.table1c(m.Study(quick=True), 'digits')",
    'paper.sae_tables': "m.sae_grid(m.Study(quick=True))",
    'paper.figures': "m.lines(m.pd.DataFrame({'a': [1, 2]}), '', '')",
    'paper.reproduce': "m.targets('all'), m.compute('table1c', m.Study(quick=True))",
    'keep': "m.kinds()['VS2']",
    'classifier': "m.label_free(), m.matched_temperature(m.torch.eye(2), 3*m.torch.eye(2))",
    'advice': "m.effective([1, 2]), m.agreement(m.torch.eye(3), m.torch.arange(3))",
    'report': "m.answers(['a'], ['x', 'y'], m.torch.eye(2)[:1], m.torch.eye(2)[:1])",
    'own': "m.walk('nbs/images')",
    'estimator': "m.ZeroShotClassifier(['a']).get_params()",
    'hub': "m.FILES",
    'cli': "m._prompts('a {}')",
}

def imports(path):
    "The modules of the package that a module imports, also those inside its functions."
    here = ('vs2_nb', *path.relative_to('vs2_nb').parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = '.'.join([*here[:len(here)-node.level+1], *([node.module] if node.module else [])])
            yield from (f'{base}.{a.name}' for a in node.names) if not node.module or base.split('.')[-1] in ('engine', 'paper') else [base]

def circle(graph):
    "Modules that import each other, in a row, or None."
    done = set()
    def visit(m, path):
        if m in path: return [*path[path.index(m):], m]
        if m in done: return None
        found = next((c for n in graph.get(m, ()) if (c := visit(n, [*path, m]))), None)
        done.add(m)
        return found
    return next((c for m in graph if (c := visit(m, []))), None)

def run(name):
    "None, or what went wrong."
    try: exec(f'import vs2_nb.{name} as m; {CALLS[name]}', {})
    except BaseException: return f'{name}: {traceback.format_exc()}'

if __name__ == '__main__':
    found = {p.relative_to('vs2_nb').with_suffix('').as_posix().replace('/', '.') for p in Path('vs2_nb').rglob('*.py') if p.stem not in ('__init__', '_modidx')}
    if found != set(CALLS): sys.exit(f'modules without a call here, or calls without a module: {found ^ set(CALLS)}')
    graph = {f'vs2_nb.{n}': [*imports(Path('vs2_nb', *n.split('.')).with_suffix('.py'))] for n in found}
    if c := circle(graph): sys.exit('a circle of imports: ' + ' → '.join(c))
    fork = get_context('forkserver'); fork.set_forkserver_preload(LIBRARIES)
    with ProcessPoolExecutor(2, fork, max_tasks_per_child=1) as pool: errors = [e for e in pool.map(run, CALLS) if e]
    print(f'{len(CALLS)} modules called')
    sys.exit('\n'.join(errors) or 0)
