// Opens the viewer of the API on our own description; nothing is asked of any other site.
SwaggerUIBundle({ url: "/api/openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null });
