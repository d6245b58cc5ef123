// The small parts of a page come in its pack. It begins with the length of its index (four bytes, the lowest first) and
// the index: each part's name, with where it begins and ends.
const packs = new Map();
function opened(name) {
    let pack = packs.get(name);
    if (pack === undefined) {
        pack = fetch(new URL(`./${name}.pack`, import.meta.url)).then(async (answer) => {
            if (!answer.ok) throw new Error(`${answer.url} answers ${answer.status}`);
            const bytes = await answer.arrayBuffer();
            const length = new DataView(bytes).getUint32(0, true);
            return { bytes, index: JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length))) };
        });
        // What could not be fetched is asked for again with the next try.
        pack.catch(() => packs.delete(name));
        packs.set(name, pack);
    }
    return pack;
}
// Everything that one page asks for is asked for in the same turn, its own module among it, which names its pack.
let turn;
function part(name) {
    if (turn === undefined) {
        const now = { pages: [] };
        now.packs = Promise.resolve().then(() => {
            turn = undefined;
            return Promise.all(now.pages.map((page) => opened(page).catch(() => undefined)));
        });
        turn = now;
    }
    if (name.startsWith("split_")) turn.pages.push(name);
    return turn.packs.then((all) => {
        const pack = all.find((some) => some !== undefined && name in some.index);
        if (pack === undefined) throw new Error(`${name} did not come`);
        const { bytes, index } = pack;
        return new Response(bytes.slice(...index[name]), { headers: { "content-type": "application/wasm" } });
    });
}
