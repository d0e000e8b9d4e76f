# Ce que l'image officielle de Redis donne : redis-server, ses données dans /data.
FROM relances-essai/debian
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends redis-server \
    && install -d -o redis -g redis /data
WORKDIR /data
USER redis
CMD ["redis-server"]
