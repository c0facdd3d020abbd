use deskwire_server::sockjs::Settings;

use crate::{client::Answer, server::Server};

const NO_CACHE: &str = "no-store, no-cache, no-transform, must-revalidate, max-age=0";

fn assert_kept_for_a_year(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000"));
    assert!(answer.header("expires").unwrap().ends_with(" GMT"));
}

#[tokio::test]
async fn the_base_says_that_it_is_sockjs() {
    let server = Server::start();
    for path in ["/base", "/base/", "/base?t=1", "/plain/base"] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "Welcome to SockJS!\n"), "{path}");
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=UTF-8"));
        assert_eq!(answer.header("content-length"), Some("19"));
        assert_eq!(answer.header("set-cookie"), None);
    }
}

#[tokio::test]
async fn what_is_no_path_of_sockjs_is_not_found_and_has_no_envelope() {
    let server = Server::start();
    for path in ["/a", "/a.html", "//", "///", "/a/a", "/a/a/", "/iframe", "/IFRAME.HTML", "/iframe-/.html", "/./a/xhr"]
    {
        for method in ["GET", "POST", "PUT", "OPTIONS"] {
            let answer = server.request(method, &format!("/base{path}")).send().await;
            assert_eq!((answer.status, answer.body.as_str()), (404, ""), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn wrong_methods_are_told_the_right_ones() {
    let server = Server::start();
    for (method, path, allow) in [
        ("POST", "", "GET"),
        ("HEAD", "/info", "OPTIONS, GET"),
        ("POST", "/0/a/websocket", "GET"),
        ("OPTIONS", "/websocket", "GET"),
        ("GET", "/0/a/xhr", "OPTIONS, POST"),
        ("PUT", "/0/a/xhr_streaming", "OPTIONS, POST"),
        ("GET", "/0/a/xhr_send", "OPTIONS, POST"),
        ("GET", "/0/a/jsonp_send", "POST"),
        ("POST", "/0/a/jsonp", "GET"),
        ("POST", "/0/a/eventsource", "GET"),
        ("DELETE", "/0/a/htmlfile", "GET"),
    ] {
        let response = server.request(method, &format!("/base{path}")).open().await;
        assert_eq!(response.status, 405, "{method} {path}");
        assert_eq!(response.headers["allow"], allow, "{method} {path}");
        assert!(!response.headers.contains_key("content-type"));
    }
}

#[tokio::test]
async fn info_tells_what_there_is() {
    let server = Server::start();
    let answer = server.request("GET", "/base/info").header("Origin", "test").send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json; charset=UTF-8"));
    assert_eq!(answer.header("cache-control"), Some(NO_CACHE));
    assert_eq!(answer.header("access-control-allow-origin"), Some("test"));
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(answer.header("set-cookie"), None);
    let info: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(info["websocket"], true);
    assert_eq!(info["cookie_needed"], false);
    assert_eq!(info["origins"], serde_json::json!(["*:*"]));
    assert!(info["entropy"].as_u64().unwrap() <= u64::from(u32::MAX));
    assert_ne!(server.get("/base/info").await.body, answer.body);
    assert_eq!(server.get("/base/info?token=nobody").await.status, 401);
}

#[tokio::test]
async fn preflights_are_allowed_for_long() {
    let server = Server::start();
    for (path, methods) in [
        ("/base/info", "OPTIONS, GET"),
        ("/base/0/a/xhr", "OPTIONS, POST"),
        ("/base/0/a/xhr_streaming", "OPTIONS, POST"),
        ("/base/0/a/xhr_send", "OPTIONS, POST"),
    ] {
        for origin in ["test", "null"] {
            let request = server.request("OPTIONS", path).header("Origin", origin);
            let answer = request.header("Access-Control-Request-Headers", "a, b, c").send().await;
            assert_eq!((answer.status, answer.body.as_str()), (204, ""));
            assert_kept_for_a_year(&answer);
            assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
            assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
            assert_eq!(answer.header("access-control-allow-methods"), Some(methods));
            assert_eq!(answer.header("access-control-allow-headers"), Some("a, b, c"));
            assert_eq!(answer.header("access-control-max-age"), Some("31536000"));
        }
    }
}

#[tokio::test]
async fn pages_read_refusals_too() {
    let mut server = Server::with(|settings| settings.sessions_per_address = 1);
    let _session = server.open().await;
    for (method, path, status) in [
        ("GET", "/base/info?token=nobody", 401),
        ("POST", "/base/0/b/xhr?token=nobody", 401),
        ("POST", "/base/0/b/xhr_send?token=nobody", 401),
        ("POST", "/base/0/b/xhr", 429),
        ("POST", "/base/0/b/xhr_send", 404),
    ] {
        let answer = server.request(method, path).header("Origin", "https://shop.example").body("").send().await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://shop.example"), "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"), "{path}");
        assert_eq!(answer.header("cache-control"), Some(NO_CACHE), "{path}");
    }
}

#[tokio::test]
async fn where_some_pages_are_kept_out_there_is_nothing_that_names_no_page() {
    let server = Server::with(with_client);
    for (path, everybody, some) in
        [("/iframe.html", 200, 404), ("/0/a/jsonp?c=x", 200, 404), ("/0/b/eventsource", 200, 200), ("/info", 200, 200)]
    {
        for (base, status) in [("/base", everybody), ("/private/base", some)] {
            assert_eq!(server.request("GET", &format!("{base}{path}")).open().await.status, status, "{base}{path}");
        }
    }
}

#[tokio::test]
async fn without_a_client_to_load_there_is_no_iframe_page() {
    let server = Server::start();
    for path in ["/base/iframe.html", "/base/iframe-1.6.1.html"] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
}

fn with_client(settings: &mut Settings) {
    settings.client_url = Some("/sockjs.js".to_owned());
}

#[tokio::test]
async fn the_iframe_page_is_kept() {
    let server = Server::with(with_client);
    let page = server.get("/base/iframe-0.1.2abc-dirty.2144.html?t=1").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=UTF-8"));
    assert_kept_for_a_year(&page);
    assert!(page.body.contains("SockJS.bootstrap_iframe();"), "{}", page.body);
    let etag = page.header("etag").unwrap();
    assert_eq!(server.get("/base/iframe.html").await.header("etag"), Some(etag));
    let again = server.request("GET", "/base/iframe.html").header("If-None-Match", etag).send().await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(again.header("content-type"), None);
}

#[tokio::test]
async fn websockets_go_to_the_service() {
    let server = Server::start();
    for (path, framing) in [
        ("/base/websocket", "Raw"),
        ("/base/0/a/websocket", "SockJs"),
        ("/plain/base", "Raw"),
        ("/plain/base/0/a/websocket", "SockJs"),
    ] {
        let answer = server.request("GET", path).header("Upgrade", "websocket").send().await;
        assert_eq!((answer.status, answer.body.as_str()), (418, framing), "{path}");
    }
    let refused = server.request("GET", "/base").header("Upgrade", "websocket").send().await;
    assert_eq!(refused.status, 400, "rule 34");
}

#[tokio::test]
async fn a_service_may_be_without_websocket() {
    let server = Server::with(|settings| settings.websocket = false);
    for path in ["/base/websocket", "/base/0/a/websocket"] {
        assert_eq!(server.request("GET", path).header("Upgrade", "websocket").send().await.status, 404);
        assert_eq!(server.post(path, "").await.status, 404);
    }
    assert!(server.get("/base/info").await.body.contains("\"websocket\":false"));
}

#[tokio::test]
async fn cookies_are_set_where_they_are_needed() {
    let server = Server::with(|settings| settings.cookie_needed = true);
    for path in ["/base", "/base/info", "/base/iframe.html"] {
        assert_eq!(server.get(path).await.header("set-cookie"), None, "{path}");
    }
    assert!(server.get("/base/info").await.body.contains("\"cookie_needed\":true"));
    for (method, path) in [
        ("POST", "/base/0/1/xhr"),
        ("POST", "/base/0/2/xhr_streaming"),
        ("GET", "/base/0/3/eventsource"),
        ("GET", "/base/0/4/htmlfile?c=x"),
        ("GET", "/base/0/5/jsonp?c=x"),
        ("POST", "/base/0/1/jsonp_send"),
    ] {
        let fresh = server.request(method, path).open().await;
        assert_eq!(fresh.headers["set-cookie"], "JSESSIONID=dummy; path=/", "{path}");
        let known = server.request(method, path).header("Cookie", "a=b; JSESSIONID=abcdef").open().await;
        assert_eq!(known.headers["set-cookie"], "JSESSIONID=abcdef; path=/", "{path}");
    }
}
