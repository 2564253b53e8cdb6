//= benches

#[divan::bench]
fn cached_product(bencher: Bencher) {
    let (stack, app) = Stack::new();
    let now = chrono::Utc::now();
    let product =
        app::products::Product { id: 1, name: "Tea".into(), price_cents: 450, created_at: now, updated_at: now };
    let warm = app.products_cache.get(1, async { Ok(Some(product)) });
    stack.runtime.block_on(warm).expect("the load succeeds");
    bencher.bench_local(|| assert_eq!(stack.get("/products/1"), 200));
}
