"""The desktop console: an administrator's window onto the server, and a client of its admin API only.

It never imports ``server`` or ``simulator``; the two share nothing but the HTTP contract.

Who does what::

    app.py          command line, start, self-test
    wiring.py       builds what lives as long as the window; the only place that picks real parts
    context.py      what a section is given: session, client, jobs, preferences, navigation
    api/            client and problems (HTTP), tls (certificates), wire/ (shapes of the contract)
    jobs.py         background work: four threads, results back on the GUI thread, cancel, parked while signed out
    models/         QAbstractTableModel over frozen rows, paged by the server; columns as values; CSV
    presenters/     pure functions: what a view shows and allows; no widgets
    widgets/        small shared parts: list page, form, states, cards, charts, badges
    views/          one package per section; ``views/registry.py`` lists them
    resources/      icons, fonts of colour (tokens) and the style sheet
    i18n/           cs.ts (complete), en.ts (plural forms); sources are English

A new section is one package under ``views/`` with a ``Section`` subclass, and one line in ``views/registry.py``.
"""
