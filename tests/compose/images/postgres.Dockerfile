# Ce que l'image officielle de PostgreSQL donne : POSTGRES_USER, _PASSWORD et _DB, données dans PGDATA.
FROM relances-essai/debian
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends postgresql \
    && install -d -o postgres -g postgres -m 3777 /run/postgresql \
    && install -d -o postgres -g postgres /var/lib/postgresql/data
COPY postgres-entrypoint.sh /usr/local/bin/
ENV PATH=/usr/lib/postgresql/15/bin:$PATH PGDATA=/var/lib/postgresql/data
USER postgres
STOPSIGNAL SIGINT
ENTRYPOINT ["/bin/sh", "/usr/local/bin/postgres-entrypoint.sh"]
CMD ["postgres"]
