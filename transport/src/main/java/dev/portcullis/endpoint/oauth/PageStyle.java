package dev.portcullis.endpoint.oauth;

import dev.portcullis.crypto.TokenHash;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The one style sheet of all pages, inline, and known to browsers by its hash: a page carries no other style and no script (O-62). */
final class PageStyle {
    static final String CSS = """
            :root{color-scheme:light dark;--page:#f3f4f6;--card:#fff;--text:#16181d;--soft:#565d6b;--line:#dfe2e8;--edge:#868e9c;--well:#f6f7f9;\
            --accent:#1d4ed8;--on-accent:#fff;--accent-hover:#1a44bb;--warn-back:#fff6e5;--warn-line:#e9b44c;--warn-text:#6b4300;--focus:#1d4ed8;--danger:#b42318}
            @media (prefers-color-scheme:dark){:root{--page:#0e1014;--card:#181b21;--text:#eceef2;--soft:#a3abba;--line:#2d323c;--edge:#6b7383;--well:#1f232b;\
            --accent:#86acff;--on-accent:#0b1020;--accent-hover:#a3c0ff;--warn-back:#2d2311;--warn-line:#8a6420;--warn-text:#f5d79b;--focus:#a3c0ff;--danger:#ffa198}}
            *{box-sizing:border-box}
            html{font:100%/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
            body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;\
            padding:1.5rem 1rem;background:var(--page);color:var(--text)}
            main{width:100%;max-width:30rem;padding:1.75rem;background:var(--card);border:1px solid var(--line);border-radius:1rem;\
            box-shadow:0 1px 2px rgb(0 0 0/.05),0 12px 32px rgb(0 0 0/.07);overflow-wrap:anywhere}
            .brand{display:flex;align-items:center;gap:.5rem;margin:0 0 1.25rem;color:var(--soft);font-size:.875rem}
            .brand svg{flex:none;width:1.25rem;height:1.25rem;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round}
            h1{margin:0;font-size:1.375rem;line-height:1.3;font-weight:650;letter-spacing:-.01em}
            h2{margin:0 0 .375rem;font-size:.8125rem;font-weight:600;color:var(--soft)}
            p{margin:.5rem 0 0}
            .soft{color:var(--soft);font-size:.875rem}
            .tag{display:inline-block;margin:.625rem 0 0;padding:.125rem .625rem;border:1px solid var(--line);border-radius:99px;\
            background:var(--well);font-size:.8125rem;font-weight:550}
            .warned{border-color:var(--warn-line);background:var(--warn-back);color:var(--warn-text)}
            .lead{margin:0}
            main a:not(.button){color:var(--accent)}
            section{margin-top:1.25rem;padding-top:1.25rem;border-top:1px solid var(--line)}
            ul{margin:0;padding:0;list-style:none}
            li{position:relative;padding-left:1.5rem}
            li+li{margin-top:.375rem}
            li::before{content:"";position:absolute;left:.25rem;top:.4rem;width:.375rem;height:.625rem;\
            border:solid var(--accent);border-width:0 2px 2px 0;transform:rotate(45deg)}
            .host{font-size:1.125rem;font-weight:650}
            code{display:block;margin-top:.375rem;padding:.5rem .625rem;border-radius:.5rem;background:var(--well);color:var(--soft);\
            font:.8125rem/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;max-height:7.5rem;overflow:auto}
            .warn{margin-top:.75rem;padding:.75rem .875rem;border-left:3px solid var(--warn-line);border-radius:.375rem;\
            background:var(--warn-back);color:var(--warn-text);font-size:.875rem}
            .warn strong{display:block}
            label{display:flex;gap:.625rem;align-items:flex-start;margin-top:1.25rem;font-size:.9375rem;cursor:pointer}
            input{flex:none;width:1.125rem;height:1.125rem;margin:.1875rem 0 0;accent-color:var(--accent)}
            .buttons{display:flex;gap:.75rem;margin-top:1.5rem}
            button,a.button{flex:1;min-height:2.875rem;padding:.5rem 1rem;border:1px solid var(--edge);border-radius:.625rem;background:var(--card);\
            color:var(--text);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
            button:hover,a.button:hover{background:var(--well)}
            button.approve{border-color:var(--accent);background:var(--accent);color:var(--on-accent)}
            button.approve:hover{border-color:var(--accent-hover);background:var(--accent-hover)}
            a.button{display:flex;align-items:center;justify-content:center;margin-top:1.25rem}
            .buttons+p{margin-top:1rem}
            ul+.soft{margin-top:.75rem}
            :focus-visible{outline:3px solid var(--focus);outline-offset:2px}
            code:focus-visible{outline-offset:0}
            dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:0;font-size:.875rem}
            dt{color:var(--soft)}
            dd{margin:0}
            .unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
            .notice{margin:1rem 0 0;padding:.625rem .875rem;border-left:3px solid var(--accent);border-radius:.375rem;background:var(--well)}
            .app h2{margin:0;font-size:1.0625rem;color:var(--text)}
            .app .tag{margin-top:.375rem}
            .app dl{margin-top:.75rem}
            .app ul{font-size:.875rem}
            .app li::before{top:.25rem}
            .row{display:flex;justify-content:space-between;align-items:center;gap:1rem;flex-wrap:wrap}
            .quiet button{flex:none;min-height:2.25rem;padding:.25rem .875rem;font-size:.875rem}
            .app .quiet{margin-top:.875rem}
            details{margin-top:.5rem}
            summary{padding:.5rem 0;cursor:pointer;font-weight:600;font-size:.875rem}
            button.danger{border-color:var(--danger);color:var(--danger)}
            nav{display:flex;justify-content:space-between;gap:1rem;font-size:.875rem}
            @media (max-width:30rem){body{justify-content:flex-start;padding:0;background:var(--card)}\
            main{padding:1.25rem;border:0;border-radius:0;box-shadow:none}}
            @media (max-width:20rem){.buttons{flex-direction:column}}
            @media (forced-colors:active){.tag,.warn{border:1px solid}button.approve{border-width:2px}}
            """;

    /** The source expression of a Content-Security-Policy that lets this style in, and no other. */
    static final String CSP_SOURCE = "'sha256-"
            + Base64.getEncoder()
                    .encodeToString(
                            TokenHash.of(CSS.getBytes(StandardCharsets.UTF_8)).toBytes())
            + "'";

    private PageStyle() {}
}
