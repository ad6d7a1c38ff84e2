/// The style sheet of the status page. Colours come from `StatusColors` alone.
enum StatusStyle {
    static let css = """
        :root{color-scheme:light dark;\(StatusColors.light.css)}\
        @media(prefers-color-scheme:dark){:root{\(StatusColors.dark.css)}}\
        \(page)\(summary)\(legend)\(app)\(failedRuns)\(plots)
        """

    private static let page = """
        *{box-sizing:border-box}\
        body{margin:0;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}\
        header,main,footer{max-width:82rem;margin:0 auto;padding:0 1rem}\
        header{padding-top:1.25rem}\
        h1{font-size:1.5rem;line-height:1.2;margin:0}\
        h2{font-size:1.15rem;margin:1.75rem 0 .5rem}\
        a{color:var(--link)}a:focus-visible{outline:3px solid var(--link);outline-offset:2px}\
        p,ul,dl,dd,figure{margin:0}ul{padding:0;list-style:none}\
        nav ul{display:flex;flex-wrap:wrap;gap:0 1.25rem;margin:.25rem 0 0}nav a{display:inline-block;padding:.2rem 0}\
        footer{color:var(--muted);font-size:.875rem;margin-top:2rem;padding-bottom:2rem;max-width:82rem}\
        code{font-size:.9em}
        """

    private static let summary = """
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(6.25rem,1fr));gap:.6rem}\
        .tiles div{background:var(--card);border:1px solid var(--rule);border-radius:.5rem;padding:.4rem .6rem;\
        display:flex;flex-direction:column-reverse}\
        .tiles dd{font-size:1.4rem;font-weight:600;line-height:1.25;font-variant-numeric:tabular-nums}\
        .tiles dt{color:var(--muted);font-size:.875rem}\
        .look{margin-top:.75rem}.look li{display:inline}.look li+li::before{content:", "}.look ul{display:inline}
        """

    private static let legend = """
        .legend{color:var(--muted);font-size:.875rem;max-width:70rem}\
        .legend ul{display:flex;flex-wrap:wrap;gap:0 1.25rem;margin:.25rem 0 .75rem;color:var(--text)}\
        .key{display:inline-block;width:.8rem;height:.8rem;margin-right:.35rem;vertical-align:-.05rem;border-radius:2px}\
        .key.median,.key.p95{height:0;vertical-align:.25rem;width:1.5rem;border-radius:0;border-top:3px solid var(--median)}\
        .key.p95{border-top:3px dashed var(--p95)}\
        .key.succeeded{background:var(--succeeded)}.key.failed{background:var(--failed)}\
        .key.partial-succeeded{background:var(--partial)}.key.stopped{background:var(--stopped)}\
        .key.other{background:var(--other)}
        """

    private static let app = """
        article{background:var(--card);border:1px solid var(--rule);border-radius:.5rem;padding:.75rem 1rem;\
        margin-bottom:.75rem;display:grid;gap:.5rem 1.5rem;grid-template-columns:minmax(0,1fr)}\
        article:target{outline:3px solid var(--link)}\
        h3{font-size:1.05rem;margin:0;display:inline;unicode-bidi:isolate}\
        .state{display:inline-block;border:1.5px solid;border-radius:1rem;font-size:.8125rem;font-weight:600;line-height:1.4;\
        padding:0 .55rem;margin-left:.5rem;white-space:nowrap}\
        .state.up{color:var(--good)}.state.down,.state.failing{color:var(--bad)}.state.no_logs,.state.stuck{color:var(--warn)}\
        .state.not_tried{color:var(--muted)}\
        .about,.facts{color:var(--muted);font-size:.875rem}.about{unicode-bidi:isolate}\
        .remark{border-left:3px solid var(--warn);padding-left:.6rem}.remark.down{border-color:var(--bad)}\
        .facts{display:flex;flex-wrap:wrap;gap:.1rem 1.5rem}.facts div{display:flex;flex-wrap:wrap;gap:0 .4rem}\
        .facts dd{color:var(--text)}
        """

    private static let failedRuns = """
        .failed-runs{font-size:.875rem}.failed-runs summary{cursor:pointer}\
        summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px}\
        .scroll{overflow-x:auto}table{border-collapse:collapse;margin-top:.35rem}\
        caption{text-align:left;color:var(--muted)}\
        th,td{text-align:left;font-weight:400;padding:.2rem 1.25rem .2rem 0;border-bottom:1px solid var(--rule);white-space:nowrap}\
        thead th{color:var(--muted)}\
        td:nth-child(n+4),thead th:nth-child(n+4){text-align:right;font-variant-numeric:tabular-nums}
        """

    private static let plots = """
        .plots{display:grid;gap:.75rem 1.5rem;grid-template-columns:minmax(0,1fr)}\
        figcaption{font-size:.875rem;line-height:1.35}figcaption b{font-weight:600}\
        svg{display:block;width:100%;height:3.5rem;margin-top:.25rem;overflow:visible}\
        .scale{display:flex;justify-content:space-between;color:var(--muted);font-size:.75rem;line-height:1.3;margin-top:.2rem}\
        svg path{stroke-width:0}\
        .succeeded{fill:var(--succeeded)}.failed{fill:var(--failed)}.partial-succeeded{fill:var(--partial)}\
        .stopped{fill:var(--stopped)}.other{fill:var(--other)}\
        svg .line{fill:none;stroke-width:2;vector-effect:non-scaling-stroke}\
        .median{stroke:var(--median)}.p95{stroke:var(--p95);stroke-dasharray:4 2}\
        svg .axis{stroke:var(--axis);stroke-width:1}\
        @media(min-width:44rem){.plots{grid-template-columns:repeat(3,minmax(0,1fr))}}\
        @media(min-width:62rem){article{grid-template-columns:16rem minmax(0,1fr)}article .whole{grid-column:1/-1}}
        """
}
