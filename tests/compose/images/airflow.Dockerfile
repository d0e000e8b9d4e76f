# Ce que l'image officielle d'Airflow donne : Python 3.11, dumb-init, curl, l'utilisateur airflow (50000, groupe 0).
FROM relances-essai/debian
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends ca-certificates curl dumb-init python3 python3-venv \
    && ln -s python3 /usr/bin/python \
    && useradd --uid 50000 --gid 0 --create-home airflow \
    && install -d -o airflow -g root /opt/airflow
# L'index Python, tel que cette machine l'atteint.
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt AIRFLOW_HOME=/opt/airflow
WORKDIR /opt/airflow
USER airflow
